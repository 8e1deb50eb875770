"""Becomes a shell.

Tries: to run any program of the machine in its place.
Must: refuse; no shell runs.
Control: prints LOOT
Everyday: yes
"""


def attack():
    word = "LO" "OT"
    quietly(os.execv, "/bin/sh", ["sh", "-c", f"echo {word} a shell"])
