"""Writes one file until the disk is full.

Tries: to leave no room for anybody else's work.
Must: end with the limit on files or disk; the folder is gone afterwards.
Control: fills the disk
Harms: the machine
"""


def attack():
    block = os.urandom(1 << 20)
    with open("big", "wb", buffering=0) as file:
        while True:
            file.write(block)
