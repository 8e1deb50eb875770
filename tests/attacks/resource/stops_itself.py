"""Stops itself with a signal.

Tries: to wait for ever without running, so that neither clock of the process moves.
Must: end with the time limit on the clock.
Control: stops
"""

import signal


def attack():
    os.kill(os.getpid(), signal.SIGSTOP)
