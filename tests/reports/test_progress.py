"""The status line: calm, bounded, and gone when the report comes."""

from __future__ import annotations

import io
from dataclasses import dataclass

from rich.cells import cell_len

from grader.reports.progress import StatusLine, status


@dataclass(frozen=True)
class Step:
    stage: str
    check: str | None = None
    step: int | None = None
    steps: int | None = None
    loss: float | None = None
    score: float | None = None


def test_training_shows_how_far_and_how_well() -> None:
    shown = status(Step("training", "training", 469, 938, 0.1131, 0.9431), "en")
    assert shown == "training  ██████████░░░░░░░░░░  469/938  loss 0.1131  0.9431"


def test_an_unknown_stage_is_shown_by_its_name() -> None:
    assert status(Step("dreaming\x1b"), "ko") == "dreaming\\x1b"


def test_it_redraws_when_the_stage_changes_or_time_has_passed() -> None:
    stream, now = io.StringIO(), [0.0]
    line = StatusLine(stream, "en", clock=lambda: now[0])
    line(Step("load"))
    line(Step("load"))
    line(Step("capture"))
    assert stream.getvalue().count("\r") == 2
    now[0] = 1.0
    line(Step("capture"))
    assert stream.getvalue().count("\r") == 3


def test_it_never_wraps_and_leaves_an_empty_line() -> None:
    stream = io.StringIO()
    line = StatusLine(stream, "ko", width=20)
    line(Step("load"))
    line(Step("training", None, 1, 10, 2.3))
    line.clear()
    line.clear()
    drawn = stream.getvalue().split("\r")
    assert all(cell_len(part) <= 20 for part in drawn)
    assert drawn[-2].strip() == "" and drawn[-1] == ""
