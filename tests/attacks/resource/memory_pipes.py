"""Fills pipes that nobody reads.

Tries: to hold kernel memory instead of its own.
Must: end with a limit, or hold no more than the kernel grants to one user.
Control: uses more than 30 MiB
"""

import fcntl


def attack():
    held = []
    while True:
        ends = quietly(os.pipe)
        if ends is None:
            return
        held.append(ends)
        quietly(fcntl.fcntl, ends[1], 1031, 1 << 20)  # F_SETPIPE_SZ
        os.set_blocking(ends[1], False)
        while quietly(os.write, ends[1], b"x" * 65536):
            pass
