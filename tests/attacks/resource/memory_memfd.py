"""Keeps bytes in anonymous files, which belong to no process's heap.

Tries: to get past limits on data segments: a memfd's pages are in none.
Must: end with the memory limit, or with the refusal of such files.
Control: uses more than 200 MiB
Harms: the machine
"""


def attack():
    block = os.urandom(1 << 20)
    held = [os.memfd_create(f"held-{number}") for number in range(64)]
    for number in range(4096):
        os.write(held[number % 64], block)
