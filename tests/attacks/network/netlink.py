"""Asks the kernel for its network devices.

Tries: to learn the machine's addresses and change its routes.
Must: refuse.
Control: prints LOOT
"""


def attack():
    for protocol in (0, 9, 15, 16):  # route, audit, device events, generic
        line = quietly(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        if line is not None and quietly(lambda: line.bind((0, 0)) or True):
            loot(f"netlink {protocol}")
