"""Closes every file it has, the line to the grader included.

Tries: to leave the grader reading from nobody.
Must: be an error of the answer, in time.
Control: runs for more than 1 second
"""

import time


def attack():
    os.closerange(0, 1024)
    time.sleep(600)
