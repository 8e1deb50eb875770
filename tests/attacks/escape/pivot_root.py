"""Swaps the root of the file system.

Tries: to bring the old root back.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    reach("pivot_root", b".", b".")
