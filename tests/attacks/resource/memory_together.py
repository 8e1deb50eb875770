"""Forks a family in which each member stays small.

Tries: to get past a limit that counts each process for itself.
Must: end with the memory limit of all together, or with the refusal to fork.
Control: uses more than 200 MiB
Harms: the machine
"""

import time


def attack():
    for _ in range(12):
        if quietly(os.fork) == 0:
            held = bytearray(os.urandom(1 << 20)) * 40
            time.sleep(60)
            del held
    time.sleep(60)
