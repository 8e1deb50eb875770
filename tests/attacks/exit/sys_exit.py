"""Raises SystemExit where ordinary exceptions are caught.

Tries: to end whoever runs it in his own process.
Must: be an error of the answer.
Control: ends with status 0 before it is judged
"""


def attack():
    sys.exit(0)
