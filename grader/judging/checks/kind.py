"""What a kind of check is: its settings, the evidence it needs, and how it judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.judging.case import Case
from grader.judging.checks.settings import CheckSettings
from grader.verdict import Curve, Finding, Outcome, ShapeRow

Stage = Literal["load", "capture", "shapes", "forward", "gradients", "training"]


@dataclass(frozen=True)
class Judgement:
    """A check's opinion: `share` of its points (0..1) and why. The outcome follows from the share unless it is given."""

    share: float
    findings: Sequence[Finding] = ()
    outcome: Outcome | None = None
    claimed: bool = False
    provisional: bool = False
    shapes: Sequence[ShapeRow] = ()
    curve: Curve | None = None
    details: dict[str, object] = field(default_factory=dict)

    @property
    def result(self) -> Outcome:
        """The outcome."""
        return self.outcome or (Outcome.PASSED if self.share >= 1 else Outcome.FAILED)


@dataclass(frozen=True)
class CheckKind:
    """A kind of check, as rubrics select it by `name`.

    `judge(case, settings, key)` is a pure function of evidence and settings; `key` is the check's name in the rubric.
    `requires` names the kinds whose failure can make this one be skipped.
    """

    name: str
    Settings: type[CheckSettings]
    stages: tuple[Stage, ...]
    requires: tuple[str, ...]
    judge: Callable[[Case, Any, str], Judgement]


def skipped(finding: Finding) -> Judgement:
    """Not judged, because an earlier check failed; `finding` says which."""
    return Judgement(0.0, [finding], Outcome.SKIPPED)
