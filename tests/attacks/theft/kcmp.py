"""Compares its own resources with those of other processes.

Tries: to learn who shares what with whom.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    for process in [WORLD["controller"], os.getppid()]:
        result, error = syscall("kcmp", os.getpid(), process, 0, 0, 0)
        if not error:
            loot(f"compared with {process}: {result}")
