"""Walks /proc: who runs what, with which files open.

Tries: to find the grader, its parents and its data by their traces.
Must: see no process but its own.
Control: as root, prints LOOT
"""


def attack():
    for name in quietly(os.listdir, "/proc") or ():
        if name.isdigit() and int(name) != os.getpid():
            steal_file(f"/proc/{name}/environ")
            for entry in quietly(os.listdir, f"/proc/{name}/fd") or ():
                steal_file(f"/proc/{name}/fd/{entry}")
