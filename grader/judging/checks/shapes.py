"""`shapes`: the network runs at every batch size, and its layers give the shapes that the reference's give.

One share for each layer with parameters, and one for the output; a network that does not run keeps none. Steps without
parameters are shown and not counted: there are many ways to write them. Where the outputs are known to equal the
reference's, on the same weights, another way of getting there is as good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from grader.judging.alignment import Pair, align
from grader.judging.case import Case, found_output_shapes, place, reference_output_shapes, runs_well, skipped_because
from grader.judging.checks.forward import is_equal
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.judging.checks.source import hint_for
from grader.judging.description import Step
from grader.judging.dimensions import symbolic
from grader.judging.trace import call_with_size, mixing_call, not_called, traced_rows
from grader.messages import message
from grader.verdict import Finding, Outcome, ShapeRow


class ShapesSettings(CheckSettings):
    """Settings of `shapes`."""


def judge(case: Case, settings: ShapesSettings, key: str) -> Judgement:
    """Compare shapes step by step at every batch size that was tried."""
    if (reason := skipped_because(case, runs=False)) is not None:
        return skipped(reason)
    if (fault := case.evidence.faults.get("shapes")) is not None:
        return Judgement(0.0, [Finding(fault.message, location=fault.location)], fault.outcome)
    capture = case.evidence.capture or {}
    if "forward_error" in capture:
        return Judgement(0.0, list(_failed_forward(case)), Outcome.FAILED, claimed=True, shapes=traced_rows(case))
    if capture.get("output") != "tensor":
        return Judgement(0.0, [_wrong_output(case)], Outcome.FAILED, claimed=True)
    if case.evidence.graphs is None:
        return _judge_claims(case)
    pairs = align(case.steps, case.reference_steps)
    rows = [_row(case, pair) for pair in pairs]
    findings = list(_graph_findings(case))
    if not findings and is_equal(case.evidence.forward):
        return Judgement(1.0, shapes=rows)
    counted = [
        row for row, pair in zip(rows, pairs, strict=True) if pair.expected is not None and pair.expected.tensors
    ]
    share = (sum(row.ok for row in counted) + runs_well(case)) / (len(counted) + 1)
    if findings:
        share = min(share, 0.5)
    wrong = [_wrong_row(row, pair) for row, pair in zip(rows, pairs, strict=True) if _is_wrong(row, pair)]
    return Judgement(share, [*findings, *wrong[:1]], shapes=rows)


def _is_wrong(row: ShapeRow, pair: Pair) -> bool:
    return not row.ok and pair.expected is not None and pair.found is not None


def _wrong_row(row: ShapeRow, pair: Pair) -> Finding:
    location = pair.found.location if pair.found else None
    return Finding(
        message("judging.shape_differs", name=row.name, found=row.found or "–", expected=row.expected or "–"),
        location=location,
    )


def _failed_forward(case: Case) -> Iterator[Finding]:
    error = (case.evidence.capture or {})["forward_error"]
    batch = (case.evidence.capture or {}).get("works_only_for_batch")
    mixing = mixing_call(case)
    if batch:
        cause = call_with_size(case, batch) or mixing
        location = place(cause["location"]) if cause else place(error.get("location"))
        yield Finding(message("judging.fixed_batch", batch=batch), message("judging.fixed_batch_hint"), location)
        return
    if mixing is not None:
        shown = symbolic([mixing["output"]], [error["batch"]])
        text = message("judging.mixes_batch", found=shown)
        yield Finding(text, message("judging.mixes_batch_hint"), place(mixing["location"]))
    yield from not_called(case, error)
    yield Finding(
        message("judging.forward_failed", type=str(error["type"]), text=str(error["message"])),
        hint_for(error),
        place(error.get("location")),
    )


def _wrong_output(case: Case) -> Finding:
    found = str((case.evidence.capture or {}).get("output"))
    capture = case.evidence.capture or {}
    if found == "NoneType":
        location = place(capture.get("forward_location"))
        return Finding(message("judging.returns_none"), message("judging.returns_none_hint"), location)
    location = place(capture.get("return_location"))
    return Finding(message("judging.returns_other", found=found), message("judging.returns_other_hint"), location)


def _graph_findings(case: Case) -> Iterator[Finding]:
    facts, graph = case.evidence.facts, (case.evidence.capture or {}).get("graph") or {}
    if graph.get("fixed_batch"):
        yield _fixed_batch(case, int(graph["fixed_batch"]))
    elif facts is not None and facts.error is not None:
        yield Finding(message("judging.replay_failed", batch=facts.failed_batch or 0, text=facts.error))
    elif not runs_well(case):
        yield from _wrong_result(case)


def _fixed_batch(case: Case, batch: int) -> Finding:
    reshapes = [step for step in case.steps if step.kind in ("view", "reshape", "Flatten")]
    location = reshapes[0].location if reshapes else None
    return Finding(message("judging.fixed_batch", batch=batch), message("judging.fixed_batch_hint"), location)


def _wrong_result(case: Case) -> Iterator[Finding]:
    wanted, found = reference_output_shapes(case) or [], found_output_shapes(case)
    batches = case.expected.batches
    mixed = _first_mixed(case)
    if mixed is not None:
        yield Finding(
            message("judging.mixes_batch", found=symbolic(_shape(case.evidence.facts, mixed), batches)),
            message("judging.mixes_batch_hint"),
            mixed.location,
        )
    yield Finding(
        message("judging.output_shape", found=symbolic(found, batches), expected=symbolic(wanted, batches)),
        location=place((case.evidence.capture or {}).get("return_location")),
    )


def _first_mixed(case: Case) -> Step | None:
    """The first reshape after which the batch is no longer the first dimension."""
    for step in case.steps:
        shapes = _shape(case.evidence.facts, step)
        if step.kind in ("view", "reshape", "flatten") and any(
            not shape or shape[0] != batch for shape, batch in zip(shapes, case.expected.batches, strict=False)
        ):
            return step
    return None


def _shape(facts: Any, step: Step | None) -> list[Sequence[int]]:
    if facts is None or step is None:
        return []
    return [row[step.node] for row in facts.shapes if step.node in row]


def _row(case: Case, pair: Pair) -> ShapeRow:
    batches = case.expected.batches
    found, expected = _shape(case.evidence.facts, pair.found), _shape(case.evidence.reference, pair.expected)
    step = pair.found or pair.expected
    assert step is not None
    return ShapeRow(
        step.name,
        step.text,
        symbolic(found, batches) if found else None,
        symbolic(expected, batches) if expected else None,
        pair.expected is not None and found == expected,
    )


def _judge_claims(case: Case) -> Judgement:
    """Without a graph only the student child's own trace tells shapes: it ran at every batch size, and that is all."""
    error = (case.evidence.capture or {}).get("export_error") or {}
    first_line = str(error.get("message")).split("\n")[0]
    text = case.evidence.refused or message("judging.export_error", type=str(error.get("type")), text=first_line)
    location = place(error.get("location")) or case.evidence.refused_at
    finding = Finding(message("judging.no_graph", reason=text), message("judging.no_graph_hint"), location, "warning")
    if runs_well(case):
        return Judgement(1.0, [finding], claimed=True, shapes=traced_rows(case))
    return Judgement(0.0, [*_wrong_result(case), finding], claimed=True, shapes=traced_rows(case))


KIND = CheckKind("shapes", ShapesSettings, ("load", "capture", "shapes"), ("source",), judge)
