"""One line that says what grading is doing right now, drawn over itself on a terminal or in a notebook cell."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TextIO

from grader.messages import Language, message
from grader.reports.neutral import one_line, render
from grader.reports.wording import number

FRAME_SECONDS = 0.1
BAR = 20
STAGES = frozenset({"load", "capture", "shapes", "forward", "gradients", "data", "training"})


class Step(Protocol):
    """What `grade()` reports while it runs."""

    @property
    def stage(self) -> str: ...
    @property
    def check(self) -> str | None: ...
    @property
    def step(self) -> int | None: ...
    @property
    def steps(self) -> int | None: ...
    @property
    def loss(self) -> float | None: ...
    @property
    def score(self) -> float | None: ...


class StatusLine:
    """Call it with each step; it redraws at most ten times a second, at once when the stage changes. Clear it before printing."""

    def __init__(
        self, stream: TextIO, language: Language, *, width: int = 79, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._language = language
        self._width = width
        self._clock = clock
        self._stage = ""
        self._drawn = 0  # cells on the line now
        self._due = 0.0

    def __call__(self, step: Step) -> None:
        now = self._clock()
        if step.stage == self._stage and now < self._due:
            return
        self._stage, self._due = step.stage, now + FRAME_SECONDS
        self._draw(status(step, self._language))

    def clear(self) -> None:
        """Empty the line and leave the cursor at its start."""
        if self._drawn:
            self._draw("")
            self._stream.write("\r")
            self._stream.flush()

    def _draw(self, text: str) -> None:
        from rich.cells import cell_len, set_cell_size

        shown = set_cell_size(text, min(cell_len(text), self._width))
        cells = cell_len(shown)
        self._stream.write("\r" + shown + " " * max(0, self._drawn - cells))
        self._stream.flush()
        self._drawn = cells


def status(step: Step, language: Language) -> str:
    """The line for one step, e.g. ``training  ██████░░░░  420/938  loss 0.113  0.9431``."""
    known = step.stage in STAGES
    parts = [render(message(f"reports.stage_{step.stage}"), language) if known else one_line(step.stage)]
    if step.step is not None and step.steps:
        filled = min(BAR, BAR * step.step // step.steps)
        parts += ["█" * filled + "░" * (BAR - filled), f"{step.step}/{step.steps}"]
    if step.loss is not None:
        parts.append(f"{render(message('reports.loss'), language)} {number(step.loss)}")
    if step.score is not None:
        parts.append(number(step.score))
    return "  ".join(parts)
