"""Calls itself without end, with the interpreter's guard moved away.

Tries: to run into the end of the stack, which no exception catches.
Must: end as a crash of its own or with a limit.
Control: dies of SIGSEGV
"""


class Deep:
    pass


def attack():
    sys.setrecursionlimit(10**9)
    Deep.__call__ = Deep()
    Deep()()
