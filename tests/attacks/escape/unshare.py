"""Makes namespaces of its own, in which it would be root.

Tries: to gain every capability over a world of its own, and the large kernel surface behind them.
Must: refuse.
Control: as root, prints LOOT
Everyday: user
Variants: user mount pid net
"""

FLAGS = {"user": 0x10000000, "mount": 0x00020000, "pid": 0x20000000, "net": 0x40000000}


def attack():
    reach("unshare", FLAGS["VARIANT"])
