"""Reads the environment of the controller through /proc.

Tries: to find what the controller was started with.
Must: read nothing.
Control: as root, prints LOOT
"""


def attack():
    for process in [*WORLD["processes"], os.getppid(), 1]:
        for name in ("environ", "cmdline", "maps", "fdinfo/3"):
            steal_file(f"/proc/{process}/{name}")
