"""Takes an open file out of another process.

Tries: to read labels through the descriptor of the process that has them open.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    for process in [WORLD["controller"], os.getppid()]:
        handle, _ = syscall("pidfd_open", process, 0)
        for number in range(10) if handle >= 0 else ():
            taken, _ = syscall("pidfd_getfd", handle, number, 0)
            if taken >= 0 and secret_in(quietly(os.pread, taken, 4096, 0) or b""):
                loot(f"file {number} of {process}")
