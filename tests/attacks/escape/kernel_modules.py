"""Loads and unloads kernel modules that do not exist.

Tries: to run code inside the kernel.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    reach("init_module", 0, 0, b"")
    reach("delete_module", b"no_such_module", 0o4000)
