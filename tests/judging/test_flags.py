"""Flags: what is said to the instructor, and that honest networks are left alone."""

from __future__ import annotations

import math
from typing import Any

import pytest

from grader.judging.case import Case, Evidence, Expectation, Looks, TrainingFacts
from grader.judging.checks.training import Threshold, TrainingSettings
from grader.judging.flags import flags
from grader.verdict import Finding

ACCURACY = TrainingSettings(points=1, data="mnist", accuracy=Threshold(full=0.95))
RATIO = TrainingSettings(points=1, data="stock", rmse_ratio=Threshold(full=1.5))


def flagged(settings: TrainingSettings, **looks: Any) -> list[Finding]:
    bar = 0.95 if settings is ACCURACY else 1.5
    facts = TrainingFacts(settings.metric, bar, (), (), "d", "full", "cache", looks=Looks(**looks))
    case = Case(Expectation("Net", (3,), "float32", (2,), None, True), Evidence(training={"t": facts}))
    found = list(flags(case, {"t": settings}))
    for finding in found:
        assert finding.severity == "note" and finding.hint is not None
        assert all(text.render(language) for text in (finding.message, finding.hint) for language in ("en", "ko"))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("settings", "looks", "flag"),
    [
        (ACCURACY, {"untrained": 0.97, "guessing": 0.11}, "flag_untrained_accuracy"),
        (ACCURACY, {"untrained": 0.56, "guessing": 0.11}, "flag_untrained_accuracy"),
        (ACCURACY, {"untrained": 0.40, "guessing": 0.38}, None),  # the luckiest of 100 on the wafer maps
        (ACCURACY, {"untrained": 0.16, "guessing": 0.11}, None),
        (ACCURACY, {"untrained": math.nan, "guessing": 0.11}, None),
        (RATIO, {"untrained": 1.1, "guessing": 1.56}, "flag_untrained_rmse"),
        (RATIO, {"untrained": 9.7, "guessing": 1.56}, None),  # the luckiest of 1,500
        (RATIO, {"untrained": 1.4, "guessing": 1.2}, None),  # a bar that a constant clears says nothing
        (RATIO, {"untrained": math.nan, "guessing": math.nan}, None),
        (ACCURACY, {"plain": 0.99, "perturbed": 0.10}, "flag_perturbed_accuracy"),
        (ACCURACY, {"plain": 0.83, "perturbed": 0.794}, None),  # the widest honest gap
        (ACCURACY, {"plain": 0.95, "perturbed": 0.97}, None),
        (ACCURACY, {"plain": 0.95, "perturbed": math.nan}, "flag_perturbed_failed"),
        (RATIO, {"plain": 0.1, "perturbed": 2.0}, "flag_perturbed_rmse"),
        (RATIO, {"plain": 0.97, "perturbed": 1.01}, None),
        (ACCURACY, {}, None),
    ],
)
def test_what_no_honest_network_shows_is_flagged(
    settings: TrainingSettings, looks: dict[str, float], flag: str | None
) -> None:
    """Before training halfway from guessing to perfect, or the bar itself; afterwards a gap far above the widest seen."""
    assert [finding.message.id for finding in flagged(settings, **looks)] == ([f"judging.{flag}"] if flag else [])


def test_both_signs_are_told_with_their_numbers() -> None:
    """Found, and what to compare it with."""
    before, after = flagged(ACCURACY, untrained=0.9712, guessing=0.1135, plain=0.98, perturbed=0.5)
    assert dict(before.message.args) == {"found": "97.1%", "expected": "11.3%"}
    assert dict(after.message.args) == {"found": "50.0%", "expected": "98.0%", "limit": "10.0%"}
