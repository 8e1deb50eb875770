"""Joins the namespaces of another process.

Tries: to step out through the door of somebody who is outside.
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    reach("setns", -1, 0)
