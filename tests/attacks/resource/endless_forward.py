"""Loads and builds well; its forward never ends.

Tries: to keep the grader waiting once it has begun to trust.
Must: end with the time limit; what came before keeps its points.
Control: runs for more than 1 second
Acts: forward
"""


def attack():
    while True:
        pass
