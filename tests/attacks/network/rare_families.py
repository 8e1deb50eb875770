"""Opens sockets of every family that nobody thinks of.

Tries: to find one the rules forgot; each is a large piece of kernel.
Must: refuse all but those that stay inside.
Control: as root, prints LOOT
"""


def attack():
    for family in range(3, 46):
        for kind in (1, 2, 3, 5):
            if family != 10 and quietly(socket.socket, family, kind, 0) is not None:
                loot(f"family {family}, kind {kind}")
