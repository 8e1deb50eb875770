"""`forward`: on the same weights the network computes what the reference computes, activations and order included.

The reference's weights are transplanted into the student's graph and both see the same random inputs, drawn from the
seed. Full points when the outputs agree; otherwise half a share for each step that is the reference's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import Field

from grader.judging.alignment import Pair, align
from grader.judging.case import Case, ForwardFacts, place, skipped_because
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.judging.description import Step, dead_steps
from grader.judging.layers import ACTIVATIONS
from grader.messages import Message, message
from grader.verdict import Finding


class ForwardSettings(CheckSettings):
    """Settings of `forward`. Defaults leave room for another order of float32 sums, and for nothing else."""

    rtol: float = Field(default=1e-4, ge=0, description="Relative tolerance of the outputs.")
    atol: float = Field(default=1e-5, ge=0, description="Absolute tolerance of the outputs.")


def judge(case: Case, settings: ForwardSettings, key: str) -> Judgement:
    """Compare outputs; where they differ, say which step is missing, extra or another."""
    if (reason := skipped_because(case, runs=True)) is not None:
        return skipped(reason)
    if (fault := case.evidence.faults.get("forward")) is not None:
        return Judgement(0.0, [Finding(fault.message, location=fault.location)], fault.outcome)
    facts = case.evidence.forward
    claimed = case.evidence.graphs is None
    if facts is None or facts.found is None or facts.expected is None:
        names = list(facts.unmatched) if facts else []
        return skipped(Finding(message("judging.unmatched", names=names), severity="note"))
    pairs = align(case.steps, case.reference_steps)
    if is_equal(facts, settings.rtol, settings.atol):
        return Judgement(1.0, list(_harmless(pairs)) if not claimed else [], claimed=claimed)
    findings = [*_causes(pairs), *_never_called(case, pairs)] if not claimed else []
    gap = (
        float(np.max(np.abs(facts.found - facts.expected)))
        if facts.found.shape == facts.expected.shape
        else float("inf")
    )
    if not findings:
        findings = [Finding(message("judging.outputs_differ", gap=f"{gap:.3g}"))]
    expected = [pair for pair in pairs if pair.expected is not None]
    share = 0.5 * sum(pair.is_equal for pair in expected) / max(len(expected), 1)
    return Judgement(0.0 if claimed else share, findings, claimed=claimed, details={"largest_difference": gap})


def is_equal(facts: ForwardFacts | None, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """Whether both networks gave the same outputs; NaN equals nothing."""
    if facts is None or facts.found is None or facts.expected is None or facts.found.shape != facts.expected.shape:
        return False
    return bool(np.allclose(facts.found, facts.expected, rtol, atol))


def _harmless(pairs: list[Pair]) -> Iterator[Finding]:
    """Steps that are not the reference's and yet change nothing."""
    for pair in pairs:
        if pair.expected is None and pair.found is not None and pair.found.kind in ACTIVATIONS:
            text = message("judging.redundant", name=pair.found.kind)
            yield Finding(text, location=pair.found.location, severity="note")


def _causes(pairs: list[Pair]) -> Iterator[Finding]:
    for position, pair in enumerate(pairs):
        if pair.is_equal:
            continue
        if pair.found is None:
            yield _missing(pairs, position)
        elif pair.expected is None:
            yield _extra(pairs, position)
        elif pair.expected.kind in ("LastStep",):
            yield _wrong_step(pair)
        else:
            yield Finding(
                message("judging.another_step", found=pair.found.text, expected=pair.expected.text),
                location=pair.found.location,
            )


def _never_called(case: Case, pairs: list[Pair]) -> Iterator[Finding]:
    """Modules of a missing kind that were built and that forward does not use."""
    missing = {pair.expected.kind for pair in pairs if pair.expected is not None and pair.found is None}
    graph = case.evidence.graphs["eval"] if case.evidence.graphs else None
    used = {node.path for node in graph.nodes} if graph else set()
    for step in dead_steps(graph, case.evidence.specs) if graph else ():
        if step.kind in missing:
            yield Finding(message("judging.ignored_result", found=step.text), location=step.location)
    for item in case.structure["modules"]:
        if item["class"] in missing and item["path"] not in used:
            location = place(item["location"])
            yield Finding(message("judging.unused", name=item["path"]), message("judging.unused_hint"), location)


def _missing(pairs: list[Pair], position: int) -> Finding:
    pair = pairs[position]
    assert pair.expected is not None
    before = _neighbour(pairs, position)
    after: Message | str = before.name if before else message("judging.the_input")
    hint = message(f"judging.missing_{pair.expected.kind}_hint") if pair.expected.kind in ("ReLU", "Flatten") else None
    return Finding(
        message("judging.missing_step", expected=pair.expected.text, after=after),
        hint,
        before.location if before else None,
    )


def _extra(pairs: list[Pair], position: int) -> Finding:
    found = pairs[position].found
    assert found is not None
    at_end = all(pair.expected is None or pair.found is None for pair in pairs[position + 1 :])
    if at_end and found.kind in ("Softmax", "LogSoftmax"):
        return Finding(message("judging.softmax_at_end"), message("judging.softmax_at_end_hint"), found.location)
    if at_end and found.kind in ACTIVATIONS:
        text = message("judging.activation_at_end", found=found.kind)
        return Finding(text, message("judging.activation_at_end_hint"), found.location)
    before = _neighbour(pairs, position)
    after: Message | str = before.name if before else message("judging.the_input")
    return Finding(message("judging.extra_step", found=found.text, after=after), location=found.location)


def _wrong_step(pair: Pair) -> Finding:
    assert pair.found is not None
    text = message("judging.wrong_time_step", found=pair.found.detail or pair.found.text)
    return Finding(text, message("judging.wrong_time_step_hint"), pair.found.location)


def _neighbour(pairs: list[Pair], position: int) -> Step | None:
    for pair in reversed(pairs[:position]):
        if pair.found is not None:
            return pair.found
    return None


KIND = CheckKind(
    "forward", ForwardSettings, ("load", "capture", "shapes", "forward"), ("source", "layers", "shapes"), judge
)
