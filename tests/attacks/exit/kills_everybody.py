"""Kills every process that it may.

Tries: to end the grader, other submissions and whatever else runs as the same user.
Must: be an error of the answer; nobody else is hit.
Control: kills the bystander
Harms: the machine
"""

import signal


def attack():
    quietly(os.kill, -1, signal.SIGKILL)
