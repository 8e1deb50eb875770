"""Uses the newer way to mount, in the steps that need no target.

Tries: to get past rules that only know mount(2).
Must: refuse.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    reach("fsopen", b"tmpfs", 0)
    reach("open_tree", -100, b".", 1)  # a detached copy of this very folder
