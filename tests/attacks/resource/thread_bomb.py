"""Starts threads that sleep, for ever.

Tries: to use up the tasks that the kernel has for everybody.
Must: end with the limit on processes or time.
Control: starts more than 60 tasks
Harms: the machine
"""

import threading
import time


def attack():
    while True:
        quietly(threading.Thread(target=time.sleep, args=(60,), daemon=True).start)
