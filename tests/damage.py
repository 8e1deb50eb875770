"""What a child might send instead of what it should: real answers with parts deleted, replaced, wrapped or misplaced."""

from __future__ import annotations

import copy
import math
from typing import Any

from hypothesis import strategies as st

DEPTHS = (1, 3, 60)
JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 2**70, 2.5, math.nan, "", "x", "aten.relu.default", [], [[]], {}, {"$ref": "x"}, {"$ref": 3},
    {"$dtype": "float32"}, {"$dtype": "no"}, {"a": 1},
)  # fmt: skip


def paths(data: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a piece of JSON, down to where nobody looks any more."""
    if len(prefix) > 12:
        return []
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [prefix] * bool(prefix) + [path for key, item in children for path in paths(item, (*prefix, key))]


@st.composite
def damaged(draw: st.DrawFn, data: Any) -> Any:
    """`data` with some of its parts deleted, replaced, wrapped, or swapped for another part of it."""
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 4))):
        places = paths(data)
        if not places:
            break
        *outer, key = draw(st.sampled_from(places))
        inside = data
        for step in outer:
            inside = inside[step]
        how = draw(st.sampled_from(["delete", "junk", "wrap", "copy", "number"]))
        if how == "delete":
            del inside[key]
        elif how == "wrap":
            for _ in range(draw(st.sampled_from(DEPTHS))):
                inside[key] = [inside[key]]
        elif how == "copy":
            *there, last = draw(st.sampled_from(places))
            source = data
            try:
                for step in there:
                    source = source[step]
                inside[key] = copy.deepcopy(source[last])
            except (KeyError, IndexError, TypeError):
                continue
        else:
            junk = st.sampled_from(JUNK) if how == "junk" else st.integers(-(2**65), 2**65) | st.floats()
            inside[key] = copy.deepcopy(draw(junk))
    return data
