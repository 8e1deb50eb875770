"""Leaves folders that nobody may enter, nested and named as badly as can be.

Tries: to have its leftovers stay for ever.
Must: be removed all the same.
Control: resists removal
"""


def attack():
    os.makedirs("a/b/c")
    for name in ("a/b/c/file", "a/b/\n\x1b[2J", "a/b/" + "x" * 255):
        os.close(os.open(name, os.O_CREAT, 0))
    os.chmod("a/b/c", 0)
    os.chmod("a/b", 0)
