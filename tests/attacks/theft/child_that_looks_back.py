"""Forks a child that looks where its parent may no longer look.

Tries: to find a process made before a door was closed, or one the rules forgot.
Must: read nothing from there either.
Control: prints LOOT
"""


def attack():
    process = quietly(os.fork)
    if process == 0:
        steal_file(WORLD["labels"])
        os._exit(0)
    if process:
        os.waitpid(process, 0)
