"""Matches a regular expression for years, holding Python's lock, with every signal blocked.

Tries: to be deaf to alarms, to signals, and to threads of its own process.
Must: end with the time limit, killed from outside.
Control: runs for more than 1 second
"""

import signal


def attack():
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    re.match(r"(a+)+$", "a" * 60 + "!")
