"""Opens the line between a virtual machine and its host.

Tries: to reach the host, where no network rule looks.
Must: refuse.
Control: prints LOOT
Everyday: yes
"""


def attack():
    line = quietly(socket.socket, socket.AF_VSOCK, socket.SOCK_STREAM)
    if line is not None:
        loot("a vsock")
