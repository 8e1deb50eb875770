"""Computes in many threads outside Python's lock.

Tries: to take all cores from everybody else.
Must: end with the limit on processor seconds or the clock.
Control: runs for more than 1 second
"""

import hashlib
import threading


def burn():
    while True:
        hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10_000_000)


def attack():
    threads = [threading.Thread(target=burn, daemon=True) for _ in range(12)]
    for thread in threads:
        quietly(thread.start)
    burn()
