"""Loads a map into the kernel's own virtual machine.

Tries: to run code inside the kernel.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    attributes = (ctypes.c_uint32 * 18)(2, 4, 4, 1)  # an array of one number
    reach("bpf", 0, ctypes.byref(attributes), 72)
