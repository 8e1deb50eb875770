"""What a caller can choose, and what it is told while it waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Options:
    """How to grade. `seed` moves every random choice of the grader's; None takes the rubric's seeds.

    `probe_seed` decides what the submission is tried with; None takes `seed`, and where there is none either, a fresh
    number that nobody can foresee.
    """

    data: Literal["auto", "real", "standin"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    isolation: Literal["auto", "strict", "none"] = "auto"
    seed: int | None = None
    probe_seed: int | None = None
    training: bool = True


@dataclass(frozen=True)
class Progress:
    """Where grading stands. `stage` is "load", "capture", "shapes", "forward", "gradients", "data" (a download, in bytes) or "training"."""

    stage: str
    check: str | None = None
    step: int | None = None
    steps: int | None = None
    loss: float | None = None
    score: float | None = None
    seconds: float | None = None


OnProgress = Callable[[Progress], None]
