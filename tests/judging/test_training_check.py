"""`training` passes when any look at the full held-out set cleared the bar, and says what fell short."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
from pydantic import ValidationError

from grader.evidence.graph import Graph, Node, Ref
from grader.judging.case import Case, Evaluation, Evidence, Expectation, Fault, GraphFacts, TrainingFacts
from grader.judging.checks.kind import Judgement
from grader.judging.checks.training import RecipeSettings, Threshold, TrainingSettings, judge
from grader.messages import message
from grader.verdict import Outcome

FACTS = TrainingFacts("accuracy", 0.9, (), ((1, 2.0), (2, 1.0)), "mnist", "full", "cache", wall_seconds=1.5)
GRAPH = Graph("x", {}, (Node("n", "aten.relu.default", (Ref("x"),)),), Ref("n"))


def settings_of(**changes: Any) -> TrainingSettings:
    return TrainingSettings(**({"points": 1, "data": "mnist", "accuracy": Threshold(full=0.9)} | changes))


def judged(*scores: float, settings: TrainingSettings | None = None, **changes: Any) -> Judgement:
    evaluations = tuple(Evaluation(seed, 100, score) for seed, score in enumerate(scores))
    facts = dataclasses.replace(FACTS, evaluations=evaluations, **changes)
    judgement = judge(case(training={"t": facts}), settings or settings_of(), "t")
    for finding in judgement.findings:
        for text in filter(None, (finding.message, finding.hint)):
            assert text.render("en") and text.render("ko")
    return judgement


def case(**evidence: Any) -> Case:
    """A network that ran well, without a reference."""
    facts = GraphFacts(({"n": [2, 3]}, {"n": [5, 3]}))
    ran = {"capture": {"built": True, "output": "tensor"}, "graphs": {"eval": GRAPH, "train": GRAPH}, "facts": facts}
    return Case(Expectation("Net", (3,), "float32", (2, 5), None, True), Evidence(**(ran | evidence)))


@pytest.mark.parametrize(
    ("scores", "share"),
    [((0.9,), 1), ((0.89, 0.95, 0.2), 1), ((0.89,), 0), ((math.nan,), 0), ((math.nan, 0.9), 1), ((), 0)],
)
def test_any_look_that_clears_the_bar_is_enough(scores: tuple[float, ...], share: float) -> None:
    """All or nothing; NaN clears nothing and spoils nothing."""
    assert judged(*scores).share == share


def test_what_fell_short_is_told_with_the_best_score_and_the_bar() -> None:
    """In percent for accuracies, as a ratio for errors, with the number of seeds."""
    short = judged(0.5, 0.853).findings[0]
    assert short.message.id == "judging.accuracy_short"
    assert dict(short.message.args) == {"found": "85.30%", "expected": "90.00%", "seeds": 2}
    ratio = settings_of(accuracy=None, rmse_ratio=Threshold(full=1.2))
    short = judged(3.0, 1.5, settings=ratio, threshold=1.2).findings[0]
    assert (short.message.id, short.message.args["found"], short.message.args["expected"]) == (
        "judging.rmse_short",
        "1.50",
        "1.20",
    )
    assert judged(3.0, 1.2, settings=ratio, threshold=1.2).share == 1


@pytest.mark.parametrize("scores", [(math.nan, 0.85), (0.85, math.nan)])
def test_the_best_score_is_a_number_where_there_is_one(scores: tuple[float, ...]) -> None:
    """NaN is never the best, whatever its place."""
    assert judged(*scores).findings[0].message.args["found"] == "85.00%"


def test_divergence_is_told_with_its_step() -> None:
    """A loss that is no number before the first look."""
    found = judged(diverged_at=17).findings[0]
    assert found.message.id == "judging.diverged" and found.message.args["step"] == 17 and found.hint is not None


def test_a_stand_in_makes_the_verdict_provisional() -> None:
    """Passed or failed."""
    assert all(judged(score, data_variant="standin").provisional for score in (0.95, 0.5))
    assert not judged(0.95).provisional


def test_the_weaker_path_is_named() -> None:
    """It rests on the student's own process."""
    found = judged(0.95, weaker_path=True)
    assert found.claimed and [finding.message.id for finding in found.findings] == ["judging.weaker_path"]


def test_the_curve_shows_losses_looks_and_the_bar() -> None:
    """Whatever the outcome."""
    curve = judged(0.5, 0.95).curve
    assert curve is not None and curve.higher_is_better
    assert (curve.metric, curve.threshold, list(curve.losses), list(curve.scores)) == (
        "accuracy",
        0.9,
        [(1, 2.0), (2, 1.0)],
        [(100, 0.5), (100, 0.95)],
    )


def test_a_fault_decides_before_anything_else() -> None:
    """Time, memory, an exception: its outcome, its words."""
    fault = Fault(Outcome.TIMEOUT, message("sandbox.timeout", seconds=3))
    found = judge(case(training={"t": FACTS}, faults={"training:t": fault}), settings_of(), "t")
    assert found.result is Outcome.TIMEOUT and found.findings[0].message == fault.message


@pytest.mark.parametrize(
    "evidence",
    [{"capture": None}, {"capture": {"built": False}}, {"facts": None}, {"capture": {"built": True, "output": "tuple"}},
     {"facts": GraphFacts((), True, "failed", 2)}, {"capture": {"built": True, "forward_error": {}, "output": "tensor"}}],
)  # fmt: skip
def test_a_network_that_does_not_run_is_skipped_and_says_so(evidence: dict[str, Any]) -> None:
    """Nobody loses the points twice without being told why."""
    found = judge(case(**evidence), settings_of(), "t")
    assert found.result is Outcome.SKIPPED and found.findings[0].message.id in (
        "judging.needs_source",
        "judging.needs_shapes",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy": None},
        {"rmse_ratio": Threshold(full=1.0)},
        {"seeds": ()},
        {"budget_seconds": 0},
        {"unknown": 1},
        {"points": -1},
    ],
)
def test_contradictory_settings_are_refused(changes: dict[str, Any]) -> None:
    """One metric, at least one seed, some time."""
    with pytest.raises(ValidationError):
        settings_of(**changes)


@pytest.mark.parametrize(
    "changes", [{"optimizer": "LBFGS"}, {"learning_rate": 0}, {"batch_size": 0}, {"momentum": 1.0}, {"loss": "hinge"}]
)
def test_impossible_recipes_are_refused(changes: dict[str, Any]) -> None:
    """What the loop could not follow."""
    with pytest.raises(ValidationError):
        RecipeSettings(**changes)
