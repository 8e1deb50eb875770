"""Leaves a key in a keyring of the kernel's, and reads those that are there.

Tries: to keep state and take secrets where no file system rule looks.
Must: refuse.
Control: prints LOOT
"""


def attack():
    reach("add_key", b"user", b"left behind", b"x", 1, -2)  # KEY_SPEC_PROCESS_KEYRING
    reach("keyctl", 0, -2, 1)  # its number, made where there is none
