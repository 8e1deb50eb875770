"""Fills shared anonymous mappings, which the limit on data does not count.

Tries: to hold more than its share without one private page.
Must: end with the memory limit.
Control: uses more than 200 MiB
Harms: the machine
"""

import mmap


def attack():
    held = []
    for _ in range(1024):
        held.append(mmap.mmap(-1, 4 << 20))
        held[-1].write(os.urandom(1 << 20) * 4)
