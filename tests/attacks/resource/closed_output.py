"""Closes its output, then waits.

Tries: to make a reader that polls spin, or take the end of output for the end of the work.
Must: end with the time limit.
Control: runs for more than 1 second
"""

import time


def attack():
    os.close(1)
    os.close(2)
    time.sleep(600)
