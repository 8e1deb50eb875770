"""Asks to make its read-only places writable.

Tries: to undo the read-only flag of what it was given to see.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    wanted = (ctypes.c_uint64 * 4)(0, 1, 0, 0)  # clear MOUNT_ATTR_RDONLY
    reach("mount_setattr", -100, b".", 0, wanted, 32)
