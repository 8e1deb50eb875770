"""What a notebook's cells have shown, as plain data for the feedback page: text, tables and pictures, capped.

Nothing here is made harmless: whoever writes HTML does that, in the place where it is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Output = dict[str, Any]  # {"cell": 3, "type": "text" | "html" | "svg" | "png" | "jpeg", "data": str}

MAX_OUTPUTS = 200
MAX_TEXT = 20_000  # characters of one output
MAX_MARKUP = 200_000
MAX_PICTURE = 1_000_000  # characters of base64
MAX_ALL = 3_000_000
# The richest form that is known is kept, as front ends choose it; pictures without scripts before those that may have some.
_KINDS = (
    ("text/html", "html"),
    ("image/png", "png"),
    ("image/jpeg", "jpeg"),
    ("image/svg+xml", "svg"),
    ("text/plain", "text"),
)
_MOST = {"text": MAX_TEXT, "html": MAX_MARKUP, "svg": MAX_MARKUP, "png": MAX_PICTURE, "jpeg": MAX_PICTURE}


def outputs_of(cells: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Output]:
    """The outputs of numbered cells in nbformat's form, in order. What is over a limit is cut if text, else left out."""
    kept: list[Output] = []
    room = MAX_ALL
    for number, node in cells:
        for type, data in _shown(node):
            data = data[:MAX_TEXT] if type == "text" else data
            if len(kept) < MAX_OUTPUTS and len(data) <= min(room, _MOST[type]) and data:
                kept.append({"cell": number, "type": type, "data": data})
                room -= len(data)
    return kept


def _shown(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Type and data of each output of a cell. An exception is none: the report has it as a finding."""
    for streams, group in itertools.groupby(node.get("outputs", ()), lambda output: output["output_type"] == "stream"):
        if streams:  # how a stream was cut into messages is chance
            yield "text", "".join(_text(output.get("text")) for output in group)
        else:
            yield from (found for output in group if (found := _richest(output.get("data", {}))) is not None)


def _richest(data: Mapping[str, Any]) -> tuple[str, str] | None:
    forms = ((type, _text(data[mime])) for mime, type in _KINDS if mime in data)
    return next(((type, text) for type, text in forms if type == "text" or len(text) <= _MOST[type]), None)


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")
