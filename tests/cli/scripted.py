"""A `grade()` that answers from a script instead of grading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grader.reports import Report
from grader.verdict import Outcome, Verdict


class Interrupted(KeyboardInterrupt):
    def __init__(self, report: Report) -> None:
        self.report = report


@dataclass(frozen=True)
class Options:
    data: str = "auto"
    device: str = "auto"
    isolation: str = "auto"
    seed: int | None = None
    training: bool = True
    probe_seed: int | None = None


@dataclass
class Grading:
    """What `grade()` was asked, and what it answers: a report or an exception."""

    answer: Report | BaseException | None = None
    asked: list[tuple[Any, Any, Any]] = field(default_factory=list)

    def grade(self, submission: Any, exercise: Any, options: Any = None, on_progress: Any = None) -> Report:
        self.asked.append((submission, exercise, options))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer or passed(exercise.id, submission.name)


def passed(exercise: str, submission: str) -> Report:
    return Report(exercise, {"en": "A small network"}, submission, (Verdict("layers", Outcome.PASSED, 60, 60),))
