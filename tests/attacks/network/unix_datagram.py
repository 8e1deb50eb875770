"""Sends a datagram to a socket in the file system, from an unnamed one of a pair.

Tries: to reuse a socket that it may have for one that it may not.
Must: reach nobody.
Control: reaches the listener
"""


def attack():
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.sendto(b"hello from inside", WORLD["unix_datagram"])
