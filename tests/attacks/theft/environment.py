"""Reads the environment, Python's copy and the one that C keeps.

Tries: to find tokens and paths that the grader was started with.
Must: find nothing of the grader's.
Control: prints LOOT
"""


def attack():
    for name, value in os.environ.items():
        if secret_in(f"{name}={value}".encode()):
            loot(value)
    entries = ctypes.POINTER(ctypes.c_char_p).in_dll(LIBC, "environ")
    for number in range(1000):
        if not entries or entries[number] is None:
            break
        if secret_in(entries[number]):
            loot(entries[number])
