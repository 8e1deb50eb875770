"""Writes many files, each within the limit on one.

Tries: to fill the disk although no single file is too large.
Must: end with the limit on disk; the folder is gone afterwards.
Control: fills the disk
Harms: the machine
"""


def attack():
    block = os.urandom(1 << 20)
    for number in range(100):
        with open(f"big-{number}", "wb", buffering=0) as file:
            for _ in range(8):
                file.write(block)
