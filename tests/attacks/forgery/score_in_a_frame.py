"""Climbs to the frame of whoever judges, and changes its variables.

Tries: to change the score while it is added up.
Must: earn nothing.
Control: fools a naive judge
Acts: forward
"""


def attack():
    frame = sys._getframe()
    while frame is not None:
        for name, value in list(frame.f_locals.items()):
            if type(value) is dict and "points" in value:
                value["points"] = 100
            if type(value) is float and "points" in name:
                frame.f_locals[name] = 100.0
        frame = frame.f_back
