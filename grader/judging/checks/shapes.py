"""`shapes`: the network runs at every batch size, and its layers give the shapes that the reference's give.

One share for each layer with parameters, and one for the output; a network that does not run keeps none. Steps without
parameters are shown and not counted: there are many ways to write them. Where the outputs are known to equal the
reference's, on the same weights, another way of getting there is as good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.judging.alignment import Pair, align
from grader.judging.case import Case, output_shapes, place, reference_output_shapes, runs_well, skipped_because
from grader.judging.checks.forward import is_equal
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.judging.checks.source import hint_for
from grader.judging.description import Step
from grader.judging.dimensions import symbolic
from grader.judging.found_layers import found_layers
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
        return Judgement(0.0, list(_failed_forward(case)), Outcome.FAILED, claimed=True, shapes=_traced_rows(case))
    if capture.get("output") != "tensor":
        return Judgement(0.0, [_wrong_output(case)], Outcome.FAILED, claimed=True)
    if case.evidence.graphs is None:
        return _judge_claims(case)
    pairs = align(case.steps, case.reference_steps)
    rows = [_row(case, pair) for pair in pairs]
    findings = list(_graph_findings(case))
    if not findings and is_equal(case.evidence.forward):
        return Judgement(1.0, shapes=rows)
    counted = [row for row, pair in zip(rows, pairs, strict=True) if pair.expected is not None and pair.expected.tensors]
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
    mixing = _mixing_call(case)
    if batch:
        cause = _call_with_size(case, batch) or mixing
        location = place(cause["location"]) if cause else place(error.get("location"))
        yield Finding(message("judging.fixed_batch", batch=batch), message("judging.fixed_batch_hint"), location)
        return
    if mixing is not None:
        shown = symbolic([mixing["output"]], [error["batch"]])
        text = message("judging.mixes_batch", found=shown)
        yield Finding(text, message("judging.mixes_batch_hint"), place(mixing["location"]))
    yield from _not_called(case, error)
    yield Finding(
        message("judging.forward_failed", type=str(error["type"]), text=str(error["message"])),
        hint_for(error),
        place(error.get("location")),
    )


def _mixing_call(case: Case) -> dict[str, Any] | None:
    """The first reshape of the failing run after which the batch is no longer the first dimension."""
    capture = case.evidence.capture or {}
    trace = (capture.get("traces") or [[]])[-1]
    batch = capture["forward_error"]["batch"]
    reshapes = ("view", "reshape", "flatten", "unflatten")
    found = (call for call in trace if call["function"] in reshapes and call["output"])
    return next((call for call in found if call["output"][0] != batch), None)


def _call_with_size(case: Case, size: int) -> dict[str, Any] | None:
    """The first call of the failing run that made a tensor of this size, though nothing that came in had it."""
    capture = case.evidence.capture or {}
    for call in (capture.get("traces") or [[]])[-1]:
        if call["output"] and size in call["output"] and not any(size in shape for shape in call["inputs"]):
            return call if call["path"] == "" else None
    return None


def _not_called(case: Case, error: Mapping[str, Any]) -> Iterator[Finding]:
    """Layers that the reference uses before the failing one, and that forward had not called by then."""
    if case.expected.network is None or not case.expected.names_fixed:
        return
    order = [step.name for step in case.expected.network.chain if step.is_named]
    called = {call["path"] for call in ((case.evidence.capture or {}).get("traces") or [[]])[-1]}
    before = order[: order.index(error["path"])] if error.get("path") in order else []
    layers = found_layers(case)
    for name in before:
        if name not in called and name in layers:
            text = message("judging.not_called", name=name, before=error["path"])
            yield Finding(text, message("judging.unused_hint"), layers[name].location)


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
    elif (wanted := reference_output_shapes(case)) is not None and not runs_well(case):
        yield from _wrong_result(case, wanted)


def _fixed_batch(case: Case, batch: int) -> Finding:
    reshapes = [step for step in case.steps if step.kind in ("view", "reshape", "Flatten")]
    location = reshapes[0].location if reshapes else None
    return Finding(message("judging.fixed_batch", batch=batch), message("judging.fixed_batch_hint"), location)


def _wrong_result(case: Case, wanted: list[tuple[int, ...]]) -> Iterator[Finding]:
    batches = case.expected.batches[: len(wanted)]
    found = output_shapes(case.evidence.graphs, case.evidence.facts)
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


def _traced_rows(case: Case) -> list[ShapeRow]:
    """The calls up to the failing one, from the student child's own trace."""
    traces = (case.evidence.capture or {}).get("traces") or [[]]
    batches = (case.evidence.capture or {}).get("batches") or [1]
    rows = []
    for position, call in enumerate(traces[0]):
        shapes = [trace[position]["output"] for trace in traces if position < len(trace) and trace[position]["output"]]
        failed = call["output"] is None
        text = call["function"] if not failed else f"{call['function']}  ← {symbolic(call['inputs'][:1], batches)}"
        rows.append(
            ShapeRow(call["path"] or call["function"], text, None if failed else symbolic(shapes, batches), ok=not failed)
        )
    return rows[-40:]


def _judge_claims(case: Case) -> Judgement:
    """Without a graph only the student child's own trace tells shapes: it ran at every batch size, and that is all."""
    error = (case.evidence.capture or {}).get("export_error") or {}
    first_line = str(error.get("message")).split("\n")[0]
    text = case.evidence.refused or message("judging.export_error", type=str(error.get("type")), text=first_line)
    location = place(error.get("location")) or case.evidence.refused_at
    finding = Finding(message("judging.no_graph", reason=text), message("judging.no_graph_hint"), location, "warning")
    return Judgement(1.0, [finding], claimed=True, shapes=_traced_rows(case))


KIND = CheckKind("shapes", ShapesSettings, ("load", "capture", "shapes"), ("source",), judge)
