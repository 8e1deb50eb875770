"""Forks a child that starts in namespaces of its own.

Tries: to gain what unshare is refused, in a new process.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    result, error = syscall("clone", 0x10000000 | 17, 0, 0, 0, 0)  # CLONE_NEWUSER | SIGCHLD
    if result == 0:
        os._exit(0)
    if result > 0:
        loot("a child with namespaces")
