"""Nests folders deeper than a path can say and a recursive removal can follow.

Tries: to have its leftovers stay for ever.
Must: be removed all the same, in time.
Control: resists removal
"""


def attack():
    for _ in range(2500):
        os.mkdir("d")
        os.chdir("d")
