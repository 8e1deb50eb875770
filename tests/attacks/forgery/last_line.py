"""Prints a score as the last line, and leaves.

Tries: to be read by a grader that takes the last line of the output for the score.
Must: earn nothing.
Control: fools a naive judge
"""


def attack():
    print("100/100 all tests passed", file=sys.stderr, flush=True)
    print('{"points": 100}', flush=True)
    os._exit(0)
