"""Reads address zero.

Tries: to take down whoever shares its process.
Must: be an error of the answer that says so.
Control: dies of SIGSEGV
"""


def attack():
    ctypes.string_at(0)
