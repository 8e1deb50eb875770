"""Makes a device node of its own.

Tries: to have the machine's memory or disk under another name.
Must: refuse, or make one that cannot be opened.
Control: as root, prints LOOT
"""

import stat


def attack():
    for kind, major, minor in ((stat.S_IFCHR, 1, 5), (stat.S_IFBLK, 254, 0)):
        quietly(os.mknod, f"device-{major}", 0o666 | kind, os.makedev(major, minor))
        if quietly(os.open, f"device-{major}", os.O_RDONLY) is not None:
            loot(f"device {major}:{minor}")
