"""Scans its own pages, freed ones included, around everything it can name.

Tries: to find secrets that Python has forgotten and the allocator has not.
Must: find nothing.
Control: as root, prints LOOT
"""


def attack():
    descriptor = quietly(os.open, "/proc/self/mem", os.O_RDONLY)
    spans = quietly(lambda: open("/proc/self/maps").read().splitlines()) or []
    budget = 192 << 20
    for line in spans:
        start, end = (int(part, 16) for part in line.split()[0].split("-"))
        if descriptor is None or "rw" not in line.split()[1] or budget <= 0:
            continue
        budget -= end - start
        data = quietly(os.pread, descriptor, min(end - start, 64 << 20), start)
        if data and secret_in(data):
            loot(secret_in(data))
            return
