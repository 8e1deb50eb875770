"""Reads the solution, and every source that the grader's interpreter can name.

Tries: to hand in what the instructor wrote.
Must: read nothing.
Control: prints LOOT
"""


def attack():
    steal_file(WORLD["solution"])
    folder = os.path.dirname(WORLD["solution"])
    sys.path.insert(0, folder)
    for name in quietly(os.listdir, folder) or ():
        steal_file(os.path.join(folder, name))
    quietly(__import__, "tiny")
    module = sys.modules.get("tiny")
    if module is not None:
        loot(vars(module).get("SECRET"))
