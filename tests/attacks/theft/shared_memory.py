"""Lists and maps shared memory that somebody else made.

Tries: to read arrays that travel between the grader's processes.
Must: see none.
Control: prints LOOT
"""


def attack():
    for name in quietly(os.listdir, "/dev/shm") or ():
        steal_file(f"/dev/shm/{name}")
    steal_file(WORLD["shared"])
