"""Unmounts, asking for a place where nothing is mounted: who may not, is told that first.

Tries: to uncover what a mount hides.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    os.mkdir("here")
    reach("umount2", b"here", 0)
