"""Verdicts: what a check decided, and why. The vocabulary between judging and reports.

Everything here is plain data. Texts are `Message`s, rendered in the reader's language only when they are shown.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.messages import Message, checked

MAX_DEPTH = 4  # of messages and lists in the arguments of a message that comes from a child


class Outcome(str, enum.Enum):
    """How a check ended. Who bears it: `passed` and `failed` by the rubric, `ungraded` is ours and costs nobody a point."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # the student's code raised or crashed
    TIMEOUT = "timeout"  # … or used up its time
    OUT_OF_MEMORY = "out_of_memory"  # … or its memory
    SKIPPED = "skipped"  # needs an earlier check that failed
    UNGRADED = "ungraded"  # our fault: data missing, disk full, sandbox gone, a bug


@dataclass(frozen=True)
class Location:
    """Where in the submission: `line` is 1-based within `file`, or within notebook cell `cell` (1-based, code cells only)."""

    file: str
    line: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        cell = f"[cell {self.cell}]" if self.cell is not None else ""
        line = f":{self.line}" if self.line is not None else ""
        return f"{self.file}{cell}{line}"


@dataclass(frozen=True)
class Finding:
    """One thing that was noticed. `message` says what was found and what was expected; `hint` what to do."""

    message: Message
    hint: Message | None = None
    location: Location | None = None
    severity: Literal["error", "warning", "note"] = "error"


@dataclass(frozen=True)
class ShapeRow:
    """One operation of the network: the shape that left it and, where a reference is known, the shape it should have.

    Shapes read like ``(N, 32, 28, 28)``. `found` is None for an operation that never ran, `expected` for one that has no
    counterpart in the reference.
    """

    name: str  # the module path or the function, e.g. "layer1" or "relu"
    operation: str  # e.g. "Conv2d(1, 32, 3, padding=1)"
    found: str | None
    expected: str | None = None
    ok: bool = True


@dataclass(frozen=True)
class Curve:
    """What was seen while training. `losses` one per recorded step; `scores` one (step, value) per full held-out evaluation."""

    metric: str  # "accuracy", "rmse", …
    threshold: float
    losses: Sequence[tuple[int, float]] = ()
    scores: Sequence[tuple[int, float]] = ()
    higher_is_better: bool = True


@dataclass(frozen=True)
class Verdict:
    """What one check decided."""

    check: str
    outcome: Outcome
    points: float
    max_points: float
    findings: Sequence[Finding] = ()
    claimed: bool = False  # rests on what the student's code says of itself, not on the graph
    provisional: bool = False  # reached on stand-in data
    shapes: Sequence[ShapeRow] = ()
    curve: Curve | None = None
    wall_seconds: float = 0.0
    details: dict[str, object] = field(default_factory=dict)  # JSON-able, for the JSON report only


def finding_to_json(finding: Finding) -> dict[str, object]:
    """A JSON object for `finding`, for the wire."""
    location = finding.location
    return {
        "message": _message_to_json(finding.message),
        "hint": None if finding.hint is None else _message_to_json(finding.hint),
        "location": None if location is None else [location.file, location.line, location.cell],
        "severity": finding.severity,
    }


def finding_from_json(data: Any) -> Finding:
    """The finding in `data`. Raises ValueError, TypeError, KeyError or AttributeError for anything that is not one.

    What comes from a child is a claim: only ids of the rooms that run there are taken.
    """
    location = data["location"]
    severity = data["severity"]
    if severity not in ("error", "warning", "note"):
        raise ValueError("severity")
    return Finding(
        _message_from_json(data["message"]),
        None if data["hint"] is None else _message_from_json(data["hint"]),
        None if location is None else Location(str(location[0])[:200], _line(location[1]), _line(location[2])),
        severity,
    )


def _message_to_json(value: Message) -> dict[str, object]:
    return {"id": value.id, "args": {name: _argument_to_json(item) for name, item in value.args.items()}}


def _argument_to_json(value: object) -> object:
    if isinstance(value, Message):
        return _message_to_json(value)
    if isinstance(value, list | tuple):
        return [_argument_to_json(item) for item in value]
    return value if isinstance(value, bool | int | float | str) else str(value)


def _message_from_json(data: Any, depth: int = 0) -> Message:
    if depth > MAX_DEPTH:
        raise ValueError("depth")
    if not isinstance(data["id"], str) or not data["id"].startswith("source."):
        raise ValueError("id")
    return checked(
        Message(data["id"], {str(name): _argument_from_json(item, depth + 1) for name, item in data["args"].items()})
    )


def _argument_from_json(value: Any, depth: int) -> object:
    if isinstance(value, dict):
        return _message_from_json(value, depth)
    if isinstance(value, list):
        if depth > MAX_DEPTH:
            raise ValueError("depth")
        return [_argument_from_json(item, depth + 1) for item in value[:50]]
    if isinstance(value, bool | int | float):
        return value
    return str(value)[:2000]


def _line(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and 0 <= value < 10**7):
        return value
    raise ValueError("line")
