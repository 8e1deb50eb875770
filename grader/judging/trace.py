"""The student child's trace of one run, for networks that have no graph: which call had which shapes, and where it broke.

All of it is a claim. It explains; the graph, where there is one, decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.judging.alignment import Pair, align
from grader.judging.case import Case, place
from grader.judging.description import Step
from grader.judging.dimensions import symbolic
from grader.judging.found_layers import found_layers
from grader.judging.layers import KINDS
from grader.messages import message
from grader.verdict import Finding, ShapeRow

Call = Mapping[str, Any]

MAX_ROWS = 60
_FUNCTIONS = {
    "relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "GELU", "softmax": "Softmax",
    "log_softmax": "LogSoftmax", "dropout": "Dropout", "max_pool2d": "MaxPool2d", "avg_pool2d": "AvgPool2d",
    "flatten": "Flatten", "view": "Flatten", "reshape": "Flatten", "__getitem__": "Select",
}  # fmt: skip
_RESHAPES = ("view", "reshape", "flatten", "unflatten")


def last_trace(case: Case) -> Sequence[Call]:
    """The calls of the run that failed, or of the last one that was traced."""
    traces: Sequence[Sequence[Call]] = (case.evidence.capture or {}).get("traces") or [[]]
    return traces[-1]


def mixing_call(case: Case) -> Call | None:
    """The first reshape of the failing run after which the batch is no longer the first dimension."""
    batch = (case.evidence.capture or {})["forward_error"]["batch"]
    found = (call for call in last_trace(case) if call["function"] in _RESHAPES and call["output"])
    return next((call for call in found if call["output"][0] != batch), None)


def call_with_size(case: Case, size: int) -> Call | None:
    """The first call of the failing run that made a tensor of this size, though nothing that came in had it."""
    for call in last_trace(case):
        if call["output"] and size in call["output"] and not any(size in shape for shape in call["inputs"]):
            return call if call["path"] == "" else None
    return None


def not_called(case: Case, error: Mapping[str, Any]) -> Iterator[Finding]:
    """Layers that the reference uses before the failing one, and that forward had not called by then."""
    if case.expected.network is None or not case.expected.names_fixed:
        return
    order = [step.name for step in case.expected.network.chain if step.is_named]
    called = {call["path"] for call in last_trace(case)}
    before = order[: order.index(error["path"])] if error.get("path") in order else []
    layers = found_layers(case)
    for name in before:
        if name not in called and name in layers:
            text = message("judging.not_called", name=name, before=error["path"])
            yield Finding(text, message("judging.unused_hint"), layers[name].location)


def traced_rows(case: Case) -> list[ShapeRow]:
    """The shape table of a run without a graph, beside the reference's; steps that were not reached come last."""
    traces = (case.evidence.capture or {}).get("traces") or [[]]
    steps = [_step(case, index, call) for index, call in enumerate(traces[0])][:MAX_ROWS]
    return [_row(case, pair, traces) for pair in align(steps, case.reference_steps)]


def _step(case: Case, index: int, call: Call) -> Step:
    layer = found_layers(case).get(call["path"])
    kind = layer.kind if layer else _FUNCTIONS.get(call["function"], call["function"])
    tensors = {"weight": f"{call['path']}.weight"} if layer else {}
    known = layer.layer if layer and layer.kind in KINDS else None
    return Step(str(index), str(kind), known, call["path"], place(call["location"]), tensors)


def _row(case: Case, pair: Pair, traces: Sequence[Sequence[Call]]) -> ShapeRow:
    batches = case.expected.batches
    facts = case.evidence.reference
    wanted = (
        [row[pair.expected.node] for row in facts.shapes if pair.expected.node in row]
        if facts and pair.expected
        else []
    )
    expected = symbolic(wanted, batches) if wanted else None
    if pair.found is None:
        assert pair.expected is not None
        return ShapeRow(pair.expected.name, pair.expected.text, None, expected, ok=False)
    position = int(pair.found.node)
    shapes = [trace[position]["output"] for trace in traces if position < len(trace) and trace[position]["output"]]
    if not shapes:
        call = traces[0][position] if position < len(traces[0]) else traces[-1][position]
        text = f"{pair.found.text} ← {symbolic(call['inputs'][:1], batches)}"
        return ShapeRow(pair.found.name, text, None, expected, ok=False)
    found = symbolic(shapes, batches)
    return ShapeRow(pair.found.name, pair.found.text, found, expected, ok=expected is None or found == expected)
