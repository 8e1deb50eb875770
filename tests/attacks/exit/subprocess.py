"""Starts programs in every way that Python has.

Tries: to leave the interpreter, and with it whatever was done to it.
Must: refuse; no program runs.
Control: prints LOOT
"""

import subprocess


def attack():
    command = "echo LO''OT"
    quietly(os.system, command)
    quietly(subprocess.run, command, shell=True)
    quietly(os.posix_spawn, "/bin/sh", ["sh", "-c", command], {})
    quietly(lambda: os.popen(command).read())
