"""Ignores every signal that can be ignored, and its alarms start it again.

Tries: to outlive polite ends.
Must: end with the time limit.
Control: runs for more than 1 second
"""

import signal


def attack():
    for number in range(1, 65):
        quietly(signal.signal, number, signal.SIG_IGN)
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
