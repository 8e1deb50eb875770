"""Asks to be told of every file that anybody opens.

Tries: to watch other people's files.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    reach("fanotify_init", 0, 0)
