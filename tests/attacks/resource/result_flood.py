"""Writes bytes where results go, for ever.

Tries: to fill the controller's memory through the one line that it has to read.
Must: end as a broken answer or with the time limit.
Control: sends more than 32 MiB
"""


def attack():
    while True:
        os.write(3, b"\0" * 65536)
