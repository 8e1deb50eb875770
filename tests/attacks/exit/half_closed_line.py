"""Keeps a copy of the line to the grader in a child that lives on.

Tries: to make the grader wait for the end of a line that somebody still holds.
Must: end in time; nothing is left.
Control: outlives its parent
"""

import time


def attack():
    if quietly(os.fork) == 0:
        time.sleep(600)
    os._exit(0)
