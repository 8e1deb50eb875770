"""Climbs the stacks of all other threads.

Tries: to read what a helper thread of the grader's holds.
Must: find nothing.
Control: prints LOOT
"""


def attack():
    for thread, frame in sys._current_frames().items():
        while frame is not None:
            for name, value in list(frame.f_locals.items()):
                if secret_in(repr(value)[:100_000].encode()):
                    loot((thread, name))
                    return
            frame = frame.f_back
