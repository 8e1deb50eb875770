"""Changes its root, the first half of the oldest way out.

Tries: to climb above its root by changing it under an open folder.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    reach("chroot", b".")
