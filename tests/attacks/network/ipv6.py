"""Connects by IPv6, and by IPv4 dressed as IPv6.

Tries: to get past rules that know one family.
Must: reach nobody.
Control: reaches the listener
"""


def attack():
    for family, address in ((socket.AF_INET6, "::ffff:127.0.0.1"), (socket.AF_INET6, "::1")):
        line = quietly(socket.socket, family, socket.SOCK_STREAM)
        if line is not None:
            line.settimeout(0.3)
            quietly(line.connect, (address, WORLD["tcp"]))
            quietly(line.sendall, b"hello from inside")
