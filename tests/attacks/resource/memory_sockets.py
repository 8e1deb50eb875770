"""Fills socket buffers that nobody reads.

Tries: to hold kernel memory in socket pairs, which need no network.
Must: end with a limit, or hold no more than open files allow.
Control: uses more than 30 MiB
"""


def attack():
    held = []
    for _ in range(400):
        pair = quietly(socket.socketpair)
        if pair is None:
            return
        held.append(pair)
        pair[0].setblocking(False)
        while quietly(pair[0].send, b"x" * 65536):
            pass
