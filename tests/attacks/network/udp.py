"""Sends a datagram, which needs no connection.

Tries: to send out what it found where only connections are watched.
Must: reach nobody.
Control: reaches the listener
"""


def attack():
    _by_udp("hello from inside")
    quietly(LIBC.send, 3, b"x", 1, 0x20000000)  # MSG_FASTOPEN
