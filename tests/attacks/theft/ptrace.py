"""Attaches to the controller as a debugger does.

Tries: to read and change whatever another process holds.
Must: refuse.
Control: as root, prints LOOT
"""

PTRACE_SEIZE, PTRACE_DETACH = 0x4206, 17


def attack():
    for process in [WORLD["controller"], os.getppid()]:
        result, error = syscall("ptrace", PTRACE_SEIZE, process, 0, 0)
        if result == 0:
            loot(f"may debug {process}")
