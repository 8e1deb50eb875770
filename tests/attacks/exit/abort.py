"""Aborts from C.

Tries: to take down whoever shares its process, and to leave a core file.
Must: be an error of the answer; no core file is left.
Control: dies of SIGABRT
"""


def attack():
    LIBC.abort()
