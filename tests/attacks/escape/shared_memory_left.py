"""Leaves files in shared memory.

Tries: to meet other submissions there, or to fill the machine's memory beyond its death.
Must: refuse, or take it back when the submission ends.
Control: leaves shared memory
"""

from multiprocessing import shared_memory


def attack():
    name = "attack-" + WORLD["token"]
    quietly(lambda: open(f"/dev/shm/{name}", "w").write("left"))
    quietly(shared_memory.SharedMemory, name=name + "-2", create=True, size=64)
    quietly(LIBC.mq_open, f"/{name}".encode(), 0o100 | 2, 0o600, None)
