"""Writes through modules that are already loaded: their files, their caches, their folders.

Tries: to change what the next submission's process imports.
Must: refuse; nothing is changed.
Control: as root, prints LOOT
Harms: the machine
"""


def attack():
    for module in list(sys.modules.values()):
        for name in (getattr(module, "__file__", None), getattr(module, "__cached__", None)):
            if isinstance(name, str) and quietly(os.open, name, os.O_WRONLY) is not None:
                loot(name)
                return
