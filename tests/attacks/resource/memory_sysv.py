"""Fills System V shared memory, which stays when its maker is gone.

Tries: to hold memory beyond its own death.
Must: refuse, or take it back when the submission ends; nothing of that size is left.
Control: uses more than 200 MiB
Harms: the machine
"""

SIZE = 1234577  # no one else's segments have this size
IPC_CREAT, IPC_RMID = 0o1000, 0


def attack():
    LIBC.shmat.restype = ctypes.c_void_p
    for _ in range(1024):
        segment = LIBC.shmget(0, SIZE, IPC_CREAT | 0o600)
        if segment < 0:
            return
        address = LIBC.shmat(segment, None, 0)
        ctypes.memset(address, 1, SIZE)
