"""Running a captured graph with torch: the model again, without the student's code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from grader.evidence.frames import Array
from grader.evidence.graph import DType, Graph, Node, Ref, TensorSpec, Value, node_references, references
from grader.evidence.operators import OPERATORS

_PYTHON: dict[str, Callable[..., Any]] = {
    "getitem": lambda values, index: values[index],
    "sym.add": lambda a, b: a + b,
    "sym.sub": lambda a, b: a - b,
    "sym.mul": lambda a, b: a * b,
    "sym.floordiv": lambda a, b: a // b,
    "sym.mod": lambda a, b: a % b,
    "sym.neg": lambda a: -a,
}
_CREATES = frozenset("zeros ones full arange randn".split())  # tensors from nothing: they need to be told the device

Step = tuple[str, Callable[..., Any], Callable[[dict[str, Any]], tuple[list[Any], dict[str, Any]]], tuple[str, ...]]


class Replay(nn.Module):
    """A model given by its graphs and its state.

    `train()` and `eval()` choose between the two graphs; both share the state, buffers included, so running statistics
    learned in training are those used in evaluation. At one thread and the same batch, outputs are bit-equal to the
    module that was captured.
    """

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        specs: Mapping[str, TensorSpec],
        tensors: Mapping[str, Array],
        device: str = "cpu",
    ) -> None:
        super().__init__()
        self.specs = dict(specs)
        self.device = torch.device(device)
        self.state: dict[str, Tensor] = {}
        for key, spec in specs.items():
            self.set_tensor(key, torch.from_numpy(tensors[key]).clone() if key in tensors else _empty(spec))
        self.graphs = dict(graphs)
        self._programs = {mode: _compile(graph, self.device) for mode, graph in graphs.items()}

    def set_tensor(self, key: str, value: Tensor) -> None:
        """Replace one tensor of the state; parameters become trainable leaves."""
        value = value.detach().to(self.device)
        spec = self.specs[key]
        if spec.kind == "parameter":
            parameter = nn.Parameter(value, requires_grad=spec.trainable and value.is_floating_point())
            self.register_parameter(_attribute(key), parameter)
            self.state[key] = parameter
        else:
            self.state[key] = value

    def forward(self, x: Tensor, record: Callable[[Node, Any], None] | None = None) -> Any:
        """The graph's output for `x` of shape (N, …); `record` is called with every node and its result."""
        graph = self.graphs["train" if self.training else "eval"]
        program = self._programs["train" if self.training else "eval"]
        values: dict[str, Any] = {name: self.state[key] for name, key in graph.placeholders.items()}
        values[graph.input] = x
        for node, (name, function, arguments, done) in zip(graph.nodes, program, strict=True):
            args, kwargs = arguments(values)
            values[name] = function(*args, **kwargs)
            if record is not None:
                record(node, values[name])
            for finished in done:
                del values[finished]
        return _resolver(graph.output)(values)


def _compile(graph: Graph, device: torch.device) -> list[Step]:
    """One step per node: the function, how to find its arguments, and which values nobody needs afterwards."""
    kept = {graph.input, *graph.placeholders, *references(graph.output)}
    last_use: dict[str, int] = {}
    for position, node in enumerate(graph.nodes):
        last_use[node.name] = position
        last_use.update(dict.fromkeys(node_references(node), position))
    finished: dict[int, list[str]] = {}
    for name, position in last_use.items():
        if name not in kept:
            finished.setdefault(position, []).append(name)
    return [
        (node.name, _function(node), _arguments(node, device), tuple(finished.get(position, ())))
        for position, node in enumerate(graph.nodes)
    ]


def _function(node: Node) -> Callable[..., Any]:
    if node.operator in _PYTHON:
        return _PYTHON[node.operator]
    if node.operator not in OPERATORS:  # validated already; the evaluator does not rely on it
        raise ValueError(f"operator {node.operator} is not on the list")
    _, name, overload = node.operator.split(".")
    function: Callable[..., Any] = getattr(getattr(torch.ops.aten, name), overload)
    return function


def _arguments(node: Node, device: torch.device) -> Callable[[dict[str, Any]], tuple[list[Any], dict[str, Any]]]:
    positional = [_resolver(value) for value in node.args]
    keywords = {key: _resolver(value) for key, value in node.kwargs.items()}
    parts = node.operator.split(".")
    if parts[0] == "aten" and parts[1] in _CREATES:
        keywords["device"] = lambda values: device
    if node.operator == "aten.to.device":
        positional[1] = lambda values: device

    def arguments(values: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        return [find(values) for find in positional], {key: find(values) for key, find in keywords.items()}

    return arguments


def _resolver(value: Value) -> Callable[[dict[str, Any]], Any]:
    if isinstance(value, Ref):
        name = value.name
        return lambda values: values[name]
    if isinstance(value, DType):
        dtype = getattr(torch, value.name)
        return lambda values: dtype
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [_resolver(item) for item in value]
        return lambda values: [item(values) for item in items]
    return lambda values: value


def _empty(spec: TensorSpec) -> Tensor:
    return torch.zeros(spec.shape, dtype=getattr(torch, spec.dtype))


def _attribute(key: str) -> str:
    """A name without dots, another one for every key."""
    return "p_" + key.replace("_", "_0").replace(".", "_1")
