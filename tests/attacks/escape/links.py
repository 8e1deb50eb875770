"""Fills its folder with links to other people's files, under names that a grader may read or remove.

Tries: to have the grader read, change or delete what the links point to.
Must: follow none of them.
Control: has the judge read the secret
"""


def attack():
    for name in ("result.json", "kernel.json", "capture-answer", "answer.py", "output.txt"):
        quietly(os.symlink, WORLD["labels"], name)
        quietly(os.link, WORLD["labels"], name + ".hard")
    quietly(os.symlink, WORLD["outside"], "folder")
    quietly(os.symlink, "/", "root")
    quietly(os.symlink, ".", "loop")
