"""Kills its parent.

Tries: to be rid of whoever watches it.
Must: be an error of the answer; nobody else is hit.
Control: kills its parent
Harms: the machine
"""

import signal
import time


def attack():
    quietly(os.kill, os.getppid(), signal.SIGKILL)
    time.sleep(600)
