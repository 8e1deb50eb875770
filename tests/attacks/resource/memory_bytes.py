"""Collects bytes until there is no memory left.

Tries: to make the machine swap or kill somebody else.
Must: end with the memory limit.
Control: uses more than 200 MiB
Everyday: yes
Harms: the machine
"""


def attack():
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 16)) * 64)
