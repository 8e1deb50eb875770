"""Leaves threads that are no daemons.

Tries: to keep its process from ending when all is said.
Must: end with its submission, in time.
Control: runs for more than 1 second
Acts: build
"""

import threading
import time


def attack():
    threading.Thread(target=time.sleep, args=(600,)).start()
