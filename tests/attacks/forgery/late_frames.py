"""Keeps a thread that goes on writing results while the grader works.

Tries: to slip a result between two honest answers, after everything has been judged.
Must: earn nothing; be an error of the answer.
Control: fools a naive judge
"""

import threading
import time


def flood():
    while True:
        os.write(3, b'{"points": 100}\n')
        time.sleep(0.005)


def attack():
    threading.Thread(target=flood, daemon=True).start()
