"""Kills itself, as the kernel does when memory is short.

Tries: to pass for a fault of the machine.
Must: be an error of the answer.
Control: dies of SIGKILL
"""

import signal


def attack():
    os.kill(os.getpid(), signal.SIGKILL)
