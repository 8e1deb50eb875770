"""Climbs from every folder that it can open, by dots and by old handles.

Tries: to get above its root through a folder that was left open.
Must: reach nothing.
Control: prints LOOT
"""


def attack():
    for name in (".", "/", "/dev/fd/0", "/dev/fd/3"):
        folder = quietly(os.open, name, os.O_RDONLY | os.O_DIRECTORY)
        if folder is None:
            continue
        path = "../" * 40 + WORLD["labels"].lstrip("/")
        descriptor = quietly(os.open, path, os.O_RDONLY, dir_fd=folder)
        data = quietly(os.read, descriptor, 4096) if descriptor is not None else None
        if data and secret_in(data):
            loot(secret_in(data))
