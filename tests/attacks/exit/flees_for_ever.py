"""Forks and leaves, again and again, so that no list of processes is ever true.

Tries: to run ahead of whoever kills it process by process.
Must: be gone with its submission.
Control: outlives its parent
"""


def attack():
    if quietly(os.fork) == 0:
        while True:
            if quietly(os.fork):
                os._exit(0)
