"""Prints for ever, on both streams.

Tries: to fill the reader's memory, or the log.
Must: end with the time limit; no more is kept than the limit on output.
Control: prints more than 32 MiB
Everyday: yes
"""


def attack():
    block = b"x" * 65536
    while True:
        os.write(1, block)
        os.write(2, block)
