"""Opens the course's rubric and exercises for writing, moves them, and links to them.

Tries: to change what its answer is compared with.
Must: refuse; nothing is changed.
Control: prints LOOT
"""


def attack():
    rubric = os.path.join(WORLD["course"], "rubrics", "tiny.yaml")
    if quietly(os.open, rubric, os.O_WRONLY) is not None:
        loot("the rubric opens for writing")
    if quietly(lambda: os.link(rubric, "mine.yaml") or True):
        loot("the rubric has a second name")
    if quietly(lambda: os.chmod(rubric, 0o644) or True):
        loot("the rubric's mode is mine")
