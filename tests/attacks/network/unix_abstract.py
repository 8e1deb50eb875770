"""Connects to a socket that has a name and no file.

Tries: to reach local services past every rule on files.
Must: reach nobody.
Control: reaches the listener
"""


def attack():
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect("\0" + WORLD["abstract"])
    line.sendall(b"hello from inside")
