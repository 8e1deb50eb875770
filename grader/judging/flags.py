"""Flags: what an instructor may want to look at. They carry no points, and they are hints, not accusations.

Two signs, both about the held-out data of a training check:

- The network is good *before* it has been trained, though the evaluator drew its initial state.
- The network is worse on a lightly changed copy of the items that it answers well.

Not covered: a table that tolerates small changes (a nearest neighbour does) and is switched on by training only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from grader.judging.case import Case, Looks, TrainingFacts
from grader.judging.checks.training import TrainingSettings
from grader.messages import message
from grader.verdict import Finding

# Source: solutions and seeds as in docs/design/cheats.md; the widest honest gaps are 2.0 points and 0.04.
MAX_ACCURACY_GAP = 0.10
MAX_RATIO_GAP = 0.25


def flags(case: Case, settings: Mapping[str, TrainingSettings]) -> tuple[Finding, ...]:
    """What the training checks of `case` (`settings` by check) show beside their verdicts."""
    found: list[Finding] = []
    for check, facts in case.evidence.training.items():
        if check in settings:
            found += [*_untrained(settings[check], facts), *_perturbed(settings[check], facts.looks)]
    return tuple(found)


def _untrained(settings: TrainingSettings, facts: TrainingFacts) -> Iterator[Finding]:
    looks = facts.looks
    if looks.untrained is None or looks.guessing is None:
        return
    if settings.metric == "accuracy":
        limit = (1 + looks.guessing) / 2  # halfway from guessing to perfect
        suspicious = looks.untrained >= limit
        shown = f"{looks.untrained:.1%}", f"{looks.guessing:.1%}"
    else:
        suspicious = settings.clears(looks.untrained, min(facts.threshold, looks.guessing))
        shown = f"{looks.untrained:.2f}", f"{looks.guessing:.2f}"
    if suspicious:
        text = message(f"judging.flag_untrained_{_ending(settings)}", found=shown[0], expected=shown[1])
        yield Finding(text, message("judging.flag_untrained_hint"), severity="note")


def _perturbed(settings: TrainingSettings, looks: Looks) -> Iterator[Finding]:
    if looks.perturbed is None or looks.plain is None:
        return
    hint = message("judging.flag_perturbed_hint")
    if math.isnan(looks.perturbed):
        yield Finding(message("judging.flag_perturbed_failed"), hint, severity="note")
        return
    if settings.metric == "accuracy":
        limit, gap, form = MAX_ACCURACY_GAP, looks.plain - looks.perturbed, ".1%"
    else:
        limit, gap, form = MAX_RATIO_GAP, looks.perturbed - looks.plain, ".2f"
    if gap > limit:
        shown = {"found": f"{looks.perturbed:{form}}", "expected": f"{looks.plain:{form}}", "limit": f"{limit:{form}}"}
        yield Finding(message(f"judging.flag_perturbed_{_ending(settings)}", **shown), hint, severity="note")


def _ending(settings: TrainingSettings) -> str:
    return "accuracy" if settings.metric == "accuracy" else "rmse"
