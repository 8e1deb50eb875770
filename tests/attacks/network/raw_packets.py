"""Opens sockets that see or forge every packet.

Tries: to listen to other people's traffic.
Must: refuse.
Control: as root, prints LOOT
"""


def attack():
    for family, kind, protocol in ((2, 3, 1), (2, 3, 255), (17, 3, 0x0300), (17, 2, 0)):
        if quietly(socket.socket, family, kind, protocol) is not None:
            loot(f"family {family}, kind {kind}")
