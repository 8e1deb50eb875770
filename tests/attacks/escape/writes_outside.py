"""Writes to a folder that anybody may write to, by path and by ways around.

Tries: to leave something beyond its own folder.
Must: refuse; nothing is there afterwards.
Control: prints LOOT
Everyday: yes
"""


def attack():
    path = os.path.join(WORLD["outside"], "planted")
    for action in (lambda: open(path, "w"), lambda: os.mkdir(path), lambda: os.symlink("/", path), lambda: os.mkfifo(path)):
        if quietly(lambda: action() or True):
            loot(path)
    quietly(os.chmod, WORLD["outside"], 0o777)
    quietly(os.utime, WORLD["labels"], (0, 0))
    quietly(os.truncate, WORLD["other_submission"], 0)
    quietly(os.rename, WORLD["other_submission"], "taken")
    quietly(os.unlink, WORLD["other_submission"])
