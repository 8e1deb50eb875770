"""Sleeps, which costs no processor time.

Tries: to get past a limit that counts processor seconds only.
Must: end with the limit on the clock.
Control: runs for more than 1 second
"""

import time


def attack():
    time.sleep(600)
