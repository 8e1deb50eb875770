"""Asks for another kernel, with flags that no kernel takes.

Tries: to replace the kernel.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    reach("kexec_load", 0, 0, 0, 0xFFFF)
    reach("reboot", 1, 2, 3, 0)  # wrong magic numbers: who may, is told so
