"""Makes empty files, for ever.

Tries: to use up the file system's inodes, which no limit on bytes counts.
Must: end with a limit; the folder is gone afterwards, in time.
Control: fills the inodes
Harms: the machine
"""


def attack():
    number = 0
    while True:
        os.close(os.open(f"file-{number}", os.O_CREAT | os.O_WRONLY))
        number += 1
