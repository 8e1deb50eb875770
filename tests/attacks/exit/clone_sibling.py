"""Makes a child that is its parent's, not its own.

Tries: to leave a process where nobody looks for it.
Must: refuse, or be gone with its submission.
Control: outlives its parent
"""

import time

CLONE_PARENT, SIGCHLD = 0x8000, 17


def attack():
    if syscall("clone", CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)[0] == 0:
        time.sleep(600)
