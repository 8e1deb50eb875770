"""Walks the folders that everybody may write to, and its own folder's neighbours.

Tries: to find other submissions while they are graded.
Must: read nothing.
Control: prints LOOT
"""


def attack():
    roots = ["/tmp", "/var/tmp", "/dev/shm", "/run", "..", "../..", os.path.dirname(WORLD["labels"])]
    for root in roots:
        for folder, _, names in os.walk(root):
            if folder.count("/") < 6:
                for name in names[:50]:
                    steal_file(os.path.join(folder, name))
