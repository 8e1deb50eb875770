"""Asks to handle page faults itself.

Tries: to hold the kernel in the middle of a copy, the start of many exploits.
Must: refuse.
Control: prints LOOT
"""


def attack():
    reach("userfaultfd", 1)  # UFFD_USER_MODE_ONLY
