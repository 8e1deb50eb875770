"""Mounts a file system over its own folder.

Tries: to put files of its own in the place of others.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    os.mkdir("here")
    reach("mount", b"none", b"here", b"tmpfs", 0, 0)
