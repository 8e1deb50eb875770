"""Stops its parent.

Tries: to freeze whoever watches it; a stopped one cannot count.
Must: be an error of the answer, in time.
Control: stops its parent
Harms: the machine
"""

import signal
import time


def attack():
    quietly(os.kill, os.getppid(), signal.SIGSTOP)
    time.sleep(600)
