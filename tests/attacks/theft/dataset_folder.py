"""Reads the grader's data folder, every name in it.

Tries: to find the held-out part of a data set that is served from this machine.
Must: read nothing.
Control: prints LOOT
"""


def attack():
    for root in (WORLD["data"], os.environ.get("GRADER_DATA", ""), os.environ.get("XDG_CACHE_HOME", "")):
        for folder, _, names in os.walk(root) if root else ():
            for name in names:
                steal_file(os.path.join(folder, name))
