"""Changes what its own identity means: secure bits, ambient capabilities, its place in memory.

Tries: to keep or gain capabilities over a change of user.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    if LIBC.prctl(28, 1 << 5, 0, 0, 0) == 0:  # PR_SET_SECUREBITS
        loot("secure bits")
    if LIBC.prctl(47, 2, 12, 0, 0) == 0:  # PR_CAP_AMBIENT
        loot("ambient capability")
