"""Has the last word: prints a score when the interpreter ends.

Tries: to be the last line where a grader reads the last line.
Must: change nothing.
Control: fools a naive judge
"""

import atexit


def attack():
    atexit.register(print, '{"points": 100}')
