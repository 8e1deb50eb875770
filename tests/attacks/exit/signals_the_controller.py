"""Signals the controller by its number.

Tries: to end the one process that holds the labels.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    for process in WORLD["processes"]:
        if quietly(lambda: os.kill(process, 0) or True):
            loot(f"may signal {process}")
