"""`training`: trained briefly on real data, the network reaches the threshold on the full held-out set.

The evaluator trains; the controller holds the labels, computes the metric and says when to stop: at the first look that
clears the threshold. Another seed is tried only when one falls short. All or nothing.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.judging.case import Case, TrainingFacts, skipped_because
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.messages import message
from grader.verdict import Curve, Finding


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecipeSettings(_Model):
    """How the network is trained."""

    loss: Literal["cross_entropy", "mse"] = Field(default="cross_entropy", description="What is minimised.")
    optimizer: Literal["SGD", "Adam", "AdamW"] = Field(default="Adam", description="A class of torch.optim.")
    learning_rate: float = Field(default=1e-3, gt=0, allow_inf_nan=False, description="The optimiser's learning rate.")
    momentum: float = Field(default=0.0, ge=0, lt=1, description="For SGD.")
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="The optimiser's weight decay.")
    batch_size: int = Field(default=64, ge=1, le=8192, description="Items a step.")
    max_epochs: int = Field(default=1, ge=1, le=1000, description="Passes over the training set, at most.")
    schedule: Literal["constant", "one_cycle"] = Field(default="constant", description="Of the learning rate.")
    evaluate_from: int = Field(default=0, ge=0, description="First step at which the held-out set is tried.")
    evaluate_every: int = Field(default=0, ge=0, description="Steps between tries; 0: at the end of each epoch.")
    gradient_clip: float = Field(default=0.0, ge=0, description="Largest gradient norm; 0: no clipping.")


class Threshold(_Model):
    """What must be reached, for each variant of the data."""

    full: float | None = Field(default=None, description="On the whole data set.")
    subset: float | None = Field(default=None, description="On a published part of it.")
    standin: float | None = Field(default=None, description="On the stand-in for a machine without the data.")


class Calibration(_Model):
    """What the reference reached under this very rule, so that the threshold is a statistic and not a wish."""

    runs: int = Field(ge=1, description="Runs of the reference, each with its own seed.")
    mean: float = Field(description="Mean of the score at which training stopped, or ended.")
    spread: float = Field(ge=0, description="Standard deviation of the same.")
    worst: float = Field(description="The worst run.")
    failures: int = Field(ge=0, description="Runs that fell short of the threshold with every seed.")


class TrainingSettings(CheckSettings):
    """Settings of `training`. Exactly one metric is given: `accuracy` (at least), or `rmse_ratio` (at most)."""

    data: str = Field(description="Name of the data set, e.g. `mnist`.")
    options: dict[str, Any] = Field(default_factory=dict, description="Options of the data set.")
    accuracy: Threshold | None = Field(default=None, description="Least share of right answers, 0..1.")
    rmse_ratio: Threshold | None = Field(
        default=None, description="Largest root mean square error, as a multiple of the data set's naive forecast."
    )
    recipe: RecipeSettings = Field(default_factory=RecipeSettings, description="How the network is trained.")
    seeds: tuple[int, ...] = Field(default=(0, 1, 2), min_length=1, description="Tried in turn.")
    budget_seconds: float = Field(default=600, gt=0, description="Wall-clock limit for one seed.")
    calibration: dict[Literal["full", "subset", "standin"], Calibration] = Field(
        default_factory=dict, description="What the reference reached, by variant of the data."
    )

    @model_validator(mode="after")
    def _one_metric(self) -> TrainingSettings:
        if (self.accuracy is None) == (self.rmse_ratio is None):
            raise ValueError("give either accuracy or rmse_ratio")
        return self

    @property
    def metric(self) -> Literal["accuracy", "rmse_ratio"]:
        """Name of the metric."""
        return "accuracy" if self.accuracy is not None else "rmse_ratio"

    def threshold(self, variant: str) -> float | None:
        """The bar for a variant of the data; None where the rubric sets none."""
        thresholds = self.accuracy or self.rmse_ratio
        value: float | None = getattr(thresholds, variant, None)
        return value

    def clears(self, score: float, threshold: float) -> bool:
        """Whether a score is good enough; NaN never is."""
        return score >= threshold if self.metric == "accuracy" else score <= threshold


def judge(case: Case, settings: TrainingSettings, key: str) -> Judgement:
    """Passed when any look at the full held-out set cleared the threshold."""
    if (reason := skipped_because(case, runs=True)) is not None:
        return skipped(reason)
    if (fault := case.evidence.faults.get(f"training:{key}")) is not None:
        return Judgement(0.0, [Finding(fault.message, location=fault.location)], fault.outcome)
    facts = case.evidence.training[key]
    provisional = facts.data_variant == "standin"
    curve = Curve(
        facts.metric,
        facts.threshold,
        facts.losses,
        tuple((item.step, item.score) for item in facts.evaluations),
        settings.metric == "accuracy",
    )
    passed = any(settings.clears(item.score, facts.threshold) for item in facts.evaluations)
    findings = list(_notes(facts)) + ([] if passed else [_fell_short(settings, facts)])
    details: dict[str, object] = {
        "evaluations": [[item.seed, item.step, item.score] for item in facts.evaluations],
        "data": f"{facts.data_name} ({facts.data_variant})",
        "wall_seconds": facts.wall_seconds,
        "looks": dict(vars(facts.looks)),
    }
    return Judgement(
        float(passed), findings, claimed=facts.weaker_path, provisional=provisional, curve=curve, details=details
    )


def _fell_short(settings: TrainingSettings, facts: TrainingFacts) -> Finding:
    if not facts.evaluations:
        return Finding(message("judging.diverged", step=facts.diverged_at or 0), message("judging.diverged_hint"))
    scores = [item.score for item in facts.evaluations if not math.isnan(item.score)] or [math.nan]
    best = max(scores) if settings.metric == "accuracy" else min(scores)
    id = "judging.accuracy_short" if settings.metric == "accuracy" else "judging.rmse_short"
    shown = (
        (f"{best:.2%}", f"{facts.threshold:.2%}")
        if settings.metric == "accuracy"
        else (f"{best:.2f}", f"{facts.threshold:.2f}")
    )
    seeds = len({item.seed for item in facts.evaluations})
    return Finding(message(id, found=shown[0], expected=shown[1], seeds=seeds), message("judging.short_hint"))


def _notes(facts: TrainingFacts) -> list[Finding]:
    return [Finding(message("judging.weaker_path"), severity="note")] if facts.weaker_path else []


KIND = CheckKind("training", TrainingSettings, ("load", "capture", "shapes", "training"), ("source", "shapes"), judge)
