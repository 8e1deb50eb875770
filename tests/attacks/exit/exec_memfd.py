"""Runs a program that never lay on a disk.

Tries: to execute an anonymous file where paths are watched.
Must: refuse.
Control: prints LOOT
"""


def attack():
    program = os.memfd_create("program", 0)  # not closed on exec: the shell reads it
    os.write(program, b"#!/bin/sh\necho LO''OT from memory\n")
    name = ctypes.c_char_p(b"")
    argv = (ctypes.c_char_p * 2)(b"sh", None)
    syscall("execveat", program, name, argv, ctypes.c_void_p(0), 0x1000)  # AT_EMPTY_PATH
