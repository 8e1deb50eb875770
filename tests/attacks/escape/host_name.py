"""Renames the machine, with a length that no name has.

Tries: to change what others see of the machine.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    reach("sethostname", b"x", -1)
    reach("swapon", b"/no/such/file", 0)
