"""Looks through all objects for something that looks like a score, and raises it.

Tries: to change the score where it is kept.
Must: earn nothing: the score is in another process.
Control: fools a naive judge
Acts: forward
"""

import gc


def attack():
    for each in gc.get_objects():
        if type(each) is dict and type(each.get("points")) in (int, float):
            each["points"] = 100
