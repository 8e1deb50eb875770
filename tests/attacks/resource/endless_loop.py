"""Never ends.

Tries: to keep the grader waiting.
Must: end with the time limit.
Control: runs for more than 1 second
"""


def attack():
    while True:
        pass
