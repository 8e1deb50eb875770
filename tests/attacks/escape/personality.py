"""Asks for the habits of an older system.

Tries: to switch off the randomness of addresses, or to make data executable.
Must: refuse.
Control: prints LOOT
"""


def attack():
    result, error = syscall("personality", 0x0040000 | 0x0400000)
    if result != -1:
        loot(f"personality {result:x}")
