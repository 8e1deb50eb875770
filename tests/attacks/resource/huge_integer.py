"""Computes a number with a hundred million digits, in one operation.

Tries: to hold the interpreter where no signal handler runs.
Must: end with a limit.
Control: runs for more than 1 second
"""


def attack():
    number = 3 ** (1 << 26)
    return str(number * number)
