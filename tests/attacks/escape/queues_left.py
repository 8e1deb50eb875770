"""Leaves semaphores and message queues, which belong to no process.

Tries: to keep state beyond its death, and to use up what the kernel has of them.
Must: refuse, or take them back when the submission ends.
Control: makes queues
"""


def attack():
    key = int(WORLD["token"][:7], 16)
    if LIBC.semget(key, 1, 0o1600) >= 0:
        print("QUEUE of semaphores", flush=True)
    if LIBC.msgget(key, 0o1600) >= 0:
        print("QUEUE of messages", flush=True)
