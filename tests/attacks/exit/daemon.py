"""Leaves a daemon, as the book has it: two forks and a session of its own.

Tries: to stay when the grader believes the submission ended, and to go on writing.
Must: be gone with its submission.
Control: outlives its parent
Everyday: yes
"""

import signal
import time


def attack():
    if quietly(os.fork) == 0:
        os.setsid()
        if quietly(os.fork) != 0:
            os._exit(0)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        while True:
            time.sleep(0.05)
            quietly(_by_file, "still here")
