"""Starts threads behind Python's back, with small stacks.

Tries: to get past a limit that only counts what Python's threading module knows.
Must: end with the limit on processes or time.
Control: starts more than 60 tasks
Harms: the machine
"""

import _thread
import threading
import time


def attack():
    threading.stack_size(32768)
    while True:
        quietly(_thread.start_new_thread, time.sleep, (60,))
