"""Numbers that a network computes with and that training does not change: where weights can hide.

A weight may sit in a plain attribute, a list, a buffer, a frozen parameter, or be written into forward; in the graph each
is a tensor that is not trainable, or a literal. What counts is its part in the computation: a tensor that is multiplied
into sums of the data (a convolution, a matrix product, a table that is looked up) works as a layer does, while one that
is added or scales by element (a positional encoding, mean and deviation of the data) does not.

Not covered: numbers computed from literals (``arange`` under a polynomial), numbers in the sizes of zeros, and tensors
that one multiplication by element and one sum use as a single row of weights: those are known to the count of what is
missing only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from grader.evidence.graph import Graph, Node, Ref, TensorSpec, live, node_references
from grader.judging.case import Case
from grader.verdict import Location

Part = Literal["weights", "frozen", "other"]

_NAMES = (
    "linear matmul mm bmm addmm baddbmm einsum bilinear embedding prelu conv1d conv2d conv3d conv_transpose1d "
    "conv_transpose2d rnn_tanh rnn_relu lstm gru rnn_tanh_cell rnn_relu_cell lstm_cell gru_cell "
    "scaled_dot_product_attention"
).split()
_CONTRACTIONS = frozenset(_NAMES)
_LOOKUPS = frozenset({"gather", "index_select"})
_ARITHMETIC = frozenset("add add_ sub rsub mul mul_ div pow".split())
_DRAWN = ("running_mean", "running_var")  # the evaluator puts them at 0 and 1, whatever they held


@dataclass(frozen=True)
class FixedTensor:
    """One tensor of the state that is not trained, and its part in the computation."""

    spec: TensorSpec
    part: Part
    location: Location | None  # where the data meet it

    @property
    def name(self) -> str:
        """Its name and shape, e.g. ``table (512, 4096)``."""
        return f"{self.spec.key} {tuple(self.spec.shape)}"


def fixed_tensors(case: Case) -> list[FixedTensor]:
    """Every fixed tensor of more than one number that the output depends on, in order of first use."""
    found: dict[str, FixedTensor] = {}
    for mode, graph in (case.evidence.graphs or {}).items():
        facts = case.evidence.facts
        shapes = facts.shapes[0] if mode == "eval" and facts and facts.shapes else {}
        for item in _Meetings(live(graph), case.evidence.specs, shapes):
            known = found.get(item.spec.key)
            if item.spec.count > 1 and (known is None or known.part == "other"):
                found[item.spec.key] = item
    return list(found.values())


def literals(case: Case) -> tuple[int, Location | None]:
    """How many different numbers stand in the arithmetic of forward, single-number tensors among them; where the first is."""
    values: dict[object, Location | None] = {}
    for graph in (case.evidence.graphs or {}).values():
        for node in live(graph).nodes:
            for value in _numbers(node, graph, case.evidence.specs):
                values.setdefault(value, node.location)
    return len(values), next((place for place in values.values() if place is not None), None)


def _numbers(node: Node, graph: Graph, specs: Mapping[str, TensorSpec]) -> Iterator[object]:
    for value in (*node.args, *node.kwargs.values()):
        if isinstance(value, float) and _kind(node) in _ARITHMETIC:
            yield value
        elif isinstance(value, Ref) and value.name in graph.placeholders:
            spec = specs[graph.placeholders[value.name]]
            if spec.count == 1 and spec.kind == "constant":
                yield spec.key


class _Meetings:
    """The places of a graph where data and fixed tensors meet."""

    def __init__(self, graph: Graph, specs: Mapping[str, TensorSpec], shapes: Mapping[str, object]) -> None:
        self.graph = graph
        self.specs = specs
        self.shapes = shapes
        drawn = {name for node in graph.nodes for name in _drawn(node)}
        # Name of a node or placeholder → keys of the fixed tensors that it is made of, and of nothing else.
        self.fixed = {
            name: frozenset({key})
            for name, key in graph.placeholders.items()
            if not (specs[key].kind == "parameter" and specs[key].trainable) and name not in drawn
        }

    def __iter__(self) -> Iterator[FixedTensor]:
        for node in self.graph.nodes:
            names = list(node_references(node))
            if names and all(name in self.fixed for name in names):
                self.fixed[node.name] = frozenset[str]().union(*(self.fixed[name] for name in names))
                continue
            for name in names:
                for key in sorted(self.fixed.get(name, ())):
                    yield FixedTensor(self.specs[key], self._part(node, name, key, names), node.location)

    def _part(self, node: Node, name: str, key: str, names: list[str]) -> Part:
        kind = _kind(node)
        if self.specs[key].kind == "parameter":
            return "frozen"
        if kind in _CONTRACTIONS or (kind in _LOOKUPS and node.arguments().get("self") == Ref(name)):
            return "weights"
        return "weights" if kind in _ARITHMETIC and self._fans_out(node, names) else "other"

    def _fans_out(self, node: Node, names: list[str]) -> bool:
        """Whether the result is larger than the data that came in: each item meets every row of a table."""
        sizes = [_count(self.shapes.get(name)) for name in names if name not in self.fixed]
        return bool(sizes) and all(sizes) and _count(self.shapes.get(node.name)) > max(sizes)


def _kind(node: Node) -> str:
    return node.operator.split(".")[1] if "." in node.operator else node.operator


def _drawn(node: Node) -> Iterator[str]:
    if _kind(node) in ("batch_norm", "instance_norm"):
        arguments = node.arguments()
        yield from (value.name for role in _DRAWN if isinstance(value := arguments.get(role), Ref))


def _count(shape: object) -> int:
    """Number of elements; 0 for a shape that nobody knows."""
    if not isinstance(shape, list | tuple):
        return 0
    total = 1
    for size in shape:
        total *= size
    return total
