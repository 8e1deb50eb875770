"""Collects tensors, whose memory Python does not see.

Tries: to allocate past the interpreter's own accounts.
Must: end with the memory limit.
Control: uses more than 200 MiB
Acts: forward
Harms: the machine
"""


def attack():
    held = []
    while True:
        held.append(torch.ones(1 << 20))
