"""The controller's side of training: it holds the labels, computes the metric and says when to stop."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.datasets import DataSplit
from grader.errors import ChildTimeout, GraderError, ProtocolError
from grader.evidence.frames import Array, Frame
from grader.grading.faults import StageFailed, refuse_failure
from grader.grading.options import OnProgress, Progress
from grader.grading.probes import Probes
from grader.grading.second_look import Sample, perturbed, untouched
from grader.judging.case import Evaluation, Expectation, Fault, Looks, TrainingFacts
from grader.judging.checks.training import TrainingSettings
from grader.messages import message
from grader.sandbox import Child
from grader.verdict import Outcome


@dataclass
class Run:
    """One training check as it proceeds."""

    check: str
    settings: TrainingSettings
    data: DataSplit
    threshold: float
    expected: Expectation
    on_progress: OnProgress
    probes: Probes
    evaluations: list[Evaluation] = field(default_factory=list)
    losses: list[tuple[int, float]] = field(default_factory=list)
    diverged_at: int | None = None
    looks: Looks = field(default_factory=Looks)

    def body(self) -> dict[str, Any]:
        """What every request about data says."""
        return {
            "shape": list(self.expected.shape),
            "scale": self.data.scale,
            "dtype": self.expected.dtype,
            "loss": self.settings.recipe.loss,
            "target": self.expected.target,
            "arguments": dict(self.expected.arguments),
        }

    @property
    def cleared(self) -> bool:
        """Whether any look at the held-out set was good enough."""
        return any(self.settings.clears(item.score, self.threshold) for item in self.evaluations)

    def score(self, predictions: Array, rows: Array | None = None) -> float:
        """The metric on the full held-out set, or on some `rows` of it; NaN where it cannot be computed."""
        targets = self.data.held_out_targets()
        targets = targets if rows is None else targets[rows]
        if predictions.size != targets.size:
            return math.nan
        if self.settings.metric == "accuracy":
            return float(np.mean(predictions.reshape(-1) == targets.reshape(-1)))
        error = predictions.astype(np.float64).reshape(-1) - targets.astype(np.float64).reshape(-1)
        return float(np.sqrt(np.mean(error**2)) / (self.data.baseline or math.nan))

    def guessing(self) -> float:
        """What needs no network: the share of the most frequent class, or the error of the best constant."""
        targets = self.data.held_out_targets()
        if self.settings.metric == "accuracy":
            return float(np.bincount(targets.reshape(-1)).max() / targets.size)
        return float(targets.std() / (self.data.baseline or math.nan))

    def facts(self, *, weaker_path: bool, wall_seconds: float) -> TrainingFacts:
        """What the judge needs to know."""
        data = self.data
        return TrainingFacts(
            self.settings.metric,
            self.threshold,
            tuple(self.evaluations),
            tuple(self.losses),
            data.name,
            data.variant,
            data.origin,
            weaker_path,
            self.diverged_at,
            wall_seconds,
            self.looks,
        )


def open_run(
    check: str,
    settings: TrainingSettings,
    data: DataSplit,
    expected: Expectation,
    on_progress: OnProgress,
    probes: Probes,
) -> Run:
    """A run on `data`. Raises StageFailed when the rubric has no threshold for this variant, or the shapes do not fit."""
    threshold = settings.threshold(data.variant)
    if threshold is None:
        text = message("judging.no_threshold", name=data.name, variant=data.variant)
        raise StageFailed(Fault(Outcome.UNGRADED, text))
    if math.prod(data.input_shape) != math.prod(expected.shape):
        reason = f"{data.name} {data.input_shape} ≠ {expected.shape}"
        raise StageFailed(Fault(Outcome.UNGRADED, message("judging.ours", reason=reason)))
    return Run(check, settings, data, threshold, expected, on_progress, probes)


def train(run: Run, child: Child, seeds: tuple[int, ...], prepare: Callable[[int], None], *, request: str) -> None:
    """Train seed after seed until one clears the threshold. `prepare` puts the model at its start for a seed."""
    for seed in seeds:
        prepare(seed)
        _train_once(run, child, seed, request)
        if run.cleared:
            return


def predict(run: Run, child: Child) -> None:
    """Judge a network as the submission trained it: one look, no training."""
    with _files(run.data) as files:
        answer = child.ask(Frame({"request": "predict", **run.body()}), files, run.settings.budget_seconds)
    refuse_failure(answer.body, child.limits, student=False, hidden=True)
    with _held_to_form():
        predictions = answer.tensors["predictions"]
    run.evaluations.append(Evaluation(0, 0, run.score(predictions)))
    if run.cleared:
        _second_look(run, child, {"request": "predict", **run.body()}, predictions, run.settings.budget_seconds)


def _train_once(run: Run, child: Child, seed: int, request: str) -> None:
    run.losses = []
    started = time.monotonic()
    recipe = run.settings.recipe.model_dump() | {"seed": seed}
    sample = untouched(run.data, run.probes["untrained"]) if run.looks.untrained is None else None
    with _files(run.data) as files:
        inputs = {} if sample is None else {"inputs": sample.inputs}
        child.send(Frame({"request": request, "recipe": recipe, **run.body()}, inputs), files)
    while True:
        left = run.settings.budget_seconds - (time.monotonic() - started)
        if left <= 0:
            raise ChildTimeout("sandbox.timeout", seconds=run.settings.budget_seconds)
        frame = child.receive(left)
        refuse_failure(frame.body, child.limits, student=False, hidden=request == "fit")
        if "progress" in frame.body:
            _report(run, frame, started)
        elif "untrained" in frame.body:
            _note_untrained(run, frame, sample)
        elif "evaluation" in frame.body:
            cleared = _evaluate(run, frame, seed, started)
            if cleared and not _second_look(run, child, {}, frame.tensors["predictions"], left):
                return
            child.send(Frame({"go_on": not cleared}))
        else:
            with _held_to_form():
                run.diverged_at = int(frame.body["steps"]) if "diverged" in frame.body else None
            return


def _evaluate(run: Run, frame: Frame, seed: int, started: float) -> bool:
    with _held_to_form():
        step = int(frame.body["evaluation"])
        run.losses += [(int(at), float(loss)) for at, loss in frame.body["losses"]]
        predictions = frame.tensors["predictions"]
    score = run.score(predictions)
    run.evaluations.append(Evaluation(seed, step, score))
    loss = run.losses[-1][1] if run.losses else None
    seconds = time.monotonic() - started
    run.on_progress(Progress("training", run.check, step, None, loss, score, seconds))
    return run.settings.clears(score, run.threshold)


def _note_untrained(run: Run, frame: Frame, sample: Sample | None) -> None:
    with _held_to_form():
        predictions = frame.tensors["predictions"]
    if sample is not None:
        score = run.score(predictions, sample.rows)
        run.looks = replace(run.looks, untrained=score, guessing=run.guessing())


def _second_look(run: Run, child: Child, body: dict[str, Any], predictions: Array, wall_seconds: float) -> bool:
    """Let a network that was good enough answer once more, for slightly changed items; whether it did.

    The verdict stands already: a network that fails here, or takes its process along, loses nothing.
    """
    if "int" in run.expected.dtype:  # the values are names, of words for instance: none is near another
        return True
    sample = perturbed(run.data, run.probes["perturbed"])
    known = predictions.reshape(len(run.data.held_out_targets()), -1)[sample.rows]
    run.looks = replace(run.looks, plain=run.score(known, sample.rows), perturbed=math.nan)
    try:
        answer = child.ask(Frame(body, {"inputs": sample.inputs}), wall_seconds=wall_seconds)
        with _held_to_form():
            found = answer.tensors["predictions"]
    except GraderError:
        return False
    run.looks = replace(run.looks, perturbed=run.score(found, sample.rows))
    return True


def _report(run: Run, frame: Frame, started: float) -> None:
    with _held_to_form():
        step, steps, loss = int(frame.body["progress"]), int(frame.body["steps"]), float(frame.body["loss"])
    best = [item.score for item in run.evaluations]
    seconds = time.monotonic() - started
    run.on_progress(Progress("training", run.check, step, steps, loss, best[-1] if best else None, seconds))


@contextmanager
def _held_to_form() -> Iterator[None]:
    """On the weaker path a student's process says how its training goes: what it leaves out or garbles is its own fault."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProtocolError("sandbox.bad_frame", reason=f"training: {type(error).__name__}") from None


@contextmanager
def _files(data: DataSplit) -> Iterator[tuple[int, ...]]:
    """Descriptors of what a trainer may see: inputs, targets, test inputs. The held-out targets stay here."""
    opened: list[int] = []
    try:
        for array in (data.train_inputs, data.train_targets, data.test_inputs):
            opened.append(array.open())
        yield tuple(opened)
    finally:
        for file in opened:
            os.close(file)
