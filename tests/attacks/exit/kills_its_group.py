"""Kills its process group, its session and whoever leads them.

Tries: to hit the grader through the group that it was started in.
Must: be an error of the answer; nobody else is hit.
Control: dies of SIGKILL
Harms: the machine
"""

import signal


def attack():
    quietly(os.killpg, os.getpgid(os.getppid()), signal.SIGKILL)
    quietly(os.killpg, 0, signal.SIGKILL)
