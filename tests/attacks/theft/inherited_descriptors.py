"""Tries every descriptor that it was born with.

Tries: to find a file or line that was left open by mistake.
Must: find nothing but its own four files, and nothing in them.
Control: prints LOOT
Everyday: yes
"""


def attack():
    for number in range(4, 1024):
        facts = quietly(os.fstat, number)
        if facts is not None:
            loot(f"file {number}, mode {facts.st_mode:o}: {quietly(os.pread, number, 99, 0)!r}")
