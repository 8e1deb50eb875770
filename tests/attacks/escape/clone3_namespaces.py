"""Does the same by clone3, whose flags lie in memory where no filter can look.

Tries: to get past a filter that reads arguments.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    result, error = syscall("clone3", ctypes.byref(arguments), 88)
    if result == 0:
        os._exit(0)
    if result > 0:
        loot("a child with namespaces")
