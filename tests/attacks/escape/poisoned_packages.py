"""Opens installed packages for writing, and leaves a file that Python would run at its next start.

Tries: to have its code run in the grader, tomorrow.
Must: refuse; nothing is changed.
Control: prints LOOT
Harms: the machine
"""


def attack():
    for folder in WORLD["packages"]:
        for name in ("attack.pth", "sitecustomize_attack.py", "__pycache__/attack.pyc"):
            path = os.path.join(folder, name)
            if quietly(os.open, path, os.O_CREAT | os.O_WRONLY) is not None:
                loot(path)
                quietly(os.unlink, path)
        for name in quietly(os.listdir, folder) or ():
            path = os.path.join(folder, name)
            if os.path.isfile(path) and quietly(os.open, path, os.O_WRONLY) is not None:
                loot(path)
