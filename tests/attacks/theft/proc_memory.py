"""Reads the controller's memory through /proc.

Tries: to take labels from the heap of the process that holds them.
Must: read nothing.
Control: as root, prints LOOT
"""


def attack():
    for process in [WORLD["controller"], os.getppid()]:
        descriptor = quietly(os.open, f"/proc/{process}/mem", os.O_RDONLY)
        if descriptor is not None:
            data = quietly(os.pread, descriptor, 256, WORLD["address"])
            if data and secret_in(data):
                loot(secret_in(data))
