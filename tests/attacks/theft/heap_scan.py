"""Looks through every object of its own interpreter.

Tries: to find labels or expected values that stayed in the heap when the child was forked.
Must: find nothing.
Control: prints LOOT
"""

import gc


def attack():
    seen = set()
    waiting = [*gc.get_objects(), *(vars(module) for module in list(sys.modules.values()) if hasattr(module, "__dict__"))]
    gc.freeze()
    for _ in range(400_000):
        if not waiting:
            return
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        text = each.encode(errors="replace") if type(each) is str else each
        if type(text) in (bytes, bytearray) and secret_in(bytes(text)):
            loot(secret_in(bytes(text)))
            return
        if type(each) in (dict, list, tuple, set, frozenset):
            waiting += each.values() if type(each) is dict else each
