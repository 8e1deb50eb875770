"""Climbs the stack of whoever runs it.

Tries: to read expected values from the caller's variables.
Must: find nothing.
Control: prints LOOT
Acts: forward
"""


def attack():
    frame = sys._getframe()
    while frame is not None:
        for name, value in list(frame.f_locals.items()):
            if secret_in(repr(value)[:100_000].encode()):
                loot((frame.f_code.co_name, name))
                return
        frame = frame.f_back
