"""A graph in the words of layers: which layer ran, with which arguments, in which order.

Everything is read from operators and tensor shapes, so it is fact. Only the distinction between, say, BatchNorm1d and
BatchNorm2d, which are one operator, is taken from the class that the student's child names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.evidence.graph import Graph, Node, Ref, TensorSpec, live, node_references
from grader.judging.layers import Layer, make_layer
from grader.verdict import Location

Shape = tuple[int, ...]
Shapes = Mapping[str, Sequence[int]]  # node → shape of its result


@dataclass(frozen=True)
class Step:
    """One operation that changes the data: a layer, an activation, a reshape, or anything else by its operator."""

    node: str
    kind: str  # a key of KINDS, or the operator's own name, e.g. "add"
    layer: Layer | None  # None when we have no layer's word for it
    path: str  # module path, "" for a call in the model's own forward
    location: Location | None
    tensors: Mapping[str, str] = field(default_factory=dict)  # role → key of the state, e.g. "weight" → "fc1.weight"
    detail: str = ""  # e.g. "[:, 0]"

    @property
    def name(self) -> str:
        """How to call it to a person: its path, or its kind."""
        return self.path or self.kind

    @property
    def text(self) -> str:
        """What it is: ``Conv2d(1, 32, 3)``, or the operator."""
        return str(self.layer) if self.layer else self.kind + self.detail


def dead_steps(graph: Graph, specs: Mapping[str, TensorSpec]) -> list[Step]:
    """Steps that were computed and whose results reach no output."""
    used = {node.name for node in live(graph).nodes}
    reader = _Reader(graph, specs, (), ())
    return [step for node in graph.nodes if node.name not in used and (step := reader.step(node)) is not None]


def describe(
    graph: Graph, specs: Mapping[str, TensorSpec], shapes: Sequence[Shapes] = (), input_shape: Shape = ()
) -> list[Step]:
    """The steps of `graph` in order, bookkeeping left out.

    `shapes` are the shapes of every node's result at two batch sizes; with them a reshape is recognised as flattening, or
    as doing nothing, whatever way it is written. `input_shape` is one item's shape, without the batch.
    """
    reader = _Reader(graph, specs, shapes, input_shape)
    return [step for node in live(graph).nodes if (step := reader.step(node)) is not None]


_SKIPPED = frozenset(
    "getitem aten.sym_size.int aten.clone.default aten.contiguous.default aten.alias.default aten.to.dtype aten.to.device "
    "aten.to.dtype_layout aten._to_copy.default aten.lift_fresh_copy.default aten.add_.Tensor aten.zeros.default "
    "aten.type_as.default".split()
)
_RESHAPES = frozenset(
    "aten.view.default aten.reshape.default aten.flatten.using_ints aten.squeeze.default aten.squeeze.dim "
    "aten.squeeze.dims aten.unsqueeze.default aten.unflatten.int aten.slice.Tensor".split()
)
_ACTIVATIONS = {
    "relu": "ReLU", "relu_": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "GELU", "silu": "SiLU",
    "silu_": "SiLU", "leaky_relu": "LeakyReLU", "leaky_relu_": "LeakyReLU", "softmax": "Softmax",
    "log_softmax": "LogSoftmax", "dropout": "Dropout", "dropout_": "Dropout", "feature_dropout": "Dropout2d",
}  # fmt: skip
_POOLS = {"max_pool2d": "MaxPool2d", "avg_pool2d": "AvgPool2d"}
_RECURRENT = {"rnn_tanh": "RNN", "rnn_relu": "RNN", "lstm": "LSTM", "gru": "GRU"}


class _Reader:
    def __init__(
        self, graph: Graph, specs: Mapping[str, TensorSpec], shapes: Sequence[Shapes], input_shape: Shape
    ) -> None:
        self.graph = graph
        self.specs = specs
        self.shapes = shapes
        self.input_shape = input_shape
        self.readers: dict[str, Callable[[Node, dict[str, Any]], Step]] = {
            "conv1d": self._convolution,
            "conv2d": self._convolution,
            "linear": self._linear,
            "batch_norm": self._batch_norm,
            "layer_norm": self._layer_norm,
            "embedding": self._embedding,
        }

    def step(self, node: Node) -> Step | None:
        """The step that `node` is; None for bookkeeping."""
        try:
            return self._step(node)
        except (ValueError, TypeError, KeyError, IndexError):
            # No layer's constructor could have made it, e.g. F.linear with a vector for a weight, or a projected LSTM.
            keys = {name: self.graph.placeholders.get(name, "") for name in node_references(node)}
            owned = {name: key for name, key in keys.items() if key and self.specs[key].kind == "parameter"}
            return Step(node.name, node.operator.split(".")[1], None, node.path, node.location, owned)

    def _step(self, node: Node) -> Step | None:
        if node.operator in _SKIPPED or node.operator.startswith("sym."):
            return None
        name = node.operator.split(".")[1]
        arguments = node.arguments()
        if node.operator in _RESHAPES:
            return self._reshape(node, arguments)
        if node.operator == "aten.select.int":
            return self._select(node, arguments)
        if name in self.readers:
            return self.readers[name](node, arguments)
        if name in _RECURRENT:
            return self._recurrent(node, arguments, _RECURRENT[name])
        if name in _ACTIVATIONS:
            return self._activation(node, arguments, _ACTIVATIONS[name])
        if name in _POOLS:
            return self._pool(node, arguments, _POOLS[name])
        if name == "adaptive_avg_pool2d":
            return self._made(node, "AdaptiveAvgPool2d", {"output_size": _tuple(arguments["output_size"])})
        return Step(node.name, name, None, node.path, node.location)

    def _made(
        self, node: Node, kind: str, arguments: Mapping[str, Any], tensors: Mapping[str, str] | None = None
    ) -> Step:
        return Step(node.name, kind, make_layer(kind, arguments), node.path, node.location, tensors or {})

    def _keys(self, arguments: Mapping[str, Any], *roles: str) -> dict[str, str]:
        found = {}
        for role in roles:
            value = arguments.get(role)
            if isinstance(value, Ref) and value.name in self.graph.placeholders:
                found[role] = self.graph.placeholders[value.name]
        return found

    def _convolution(self, node: Node, a: dict[str, Any]) -> Step:
        keys = self._keys(a, "weight", "bias")
        kind = "Conv2d" if "conv2d" in node.operator else "Conv1d"
        if "weight" not in keys:
            return Step(node.name, kind, None, node.path, node.location)
        shape, groups = self.specs[keys["weight"]].shape, a.get("groups", 1)
        given = {name: _tuple(a[name]) for name in ("stride", "padding", "dilation") if name in a}
        return self._made(
            node,
            kind,
            given
            | {
                "in_channels": shape[1] * groups,
                "out_channels": shape[0],
                "kernel_size": shape[2:],
                "groups": groups,
                "bias": "bias" in keys,
            },
            keys,
        )

    def _linear(self, node: Node, a: dict[str, Any]) -> Step:
        keys = self._keys(a, "weight", "bias")
        if "weight" not in keys:
            return Step(node.name, "Linear", None, node.path, node.location)
        rows, columns = self.specs[keys["weight"]].shape
        return self._made(node, "Linear", {"in_features": columns, "out_features": rows, "bias": "bias" in keys}, keys)

    def _batch_norm(self, node: Node, a: dict[str, Any]) -> Step:
        keys = self._keys(a, "weight", "bias", "running_mean", "running_var")
        kind = "BatchNorm1d" if node.module.endswith("BatchNorm1d") else "BatchNorm2d"
        if "weight" not in keys:
            return Step(node.name, kind, None, node.path, node.location)
        features = self.specs[keys["weight"]].shape[0]
        given = {"num_features": features, "eps": a.get("eps", 1e-5), "momentum": a.get("momentum", 0.1)}
        return self._made(node, kind, given, keys)

    def _layer_norm(self, node: Node, a: dict[str, Any]) -> Step:
        shape = _tuple(a["normalized_shape"])
        given = {"normalized_shape": shape, "eps": a.get("eps", 1e-5)}
        return self._made(node, "LayerNorm", given, self._keys(a, "weight", "bias"))

    def _embedding(self, node: Node, a: dict[str, Any]) -> Step:
        keys = self._keys(a, "weight")
        if not keys:
            return Step(node.name, "Embedding", None, node.path, node.location)
        rows, columns = self.specs[keys["weight"]].shape
        return self._made(node, "Embedding", {"num_embeddings": rows, "embedding_dim": columns}, keys)

    def _recurrent(self, node: Node, a: dict[str, Any], kind: str) -> Step:
        references = a["params"] if isinstance(a["params"], list | tuple) else []
        keys = [self.graph.placeholders.get(ref.name, "") for ref in references if isinstance(ref, Ref)]
        if len(keys) < 2 or not all(keys):
            return Step(node.name, kind, None, node.path, node.location)
        given = {
            "input_size": self.specs[keys[0]].shape[1],
            "hidden_size": self.specs[keys[1]].shape[1],
            "num_layers": a["num_layers"],
            "bias": a["has_biases"],
            "batch_first": a["batch_first"],
            "dropout": a["dropout"],
            "bidirectional": a["bidirectional"],
        }
        if kind == "RNN":
            given["nonlinearity"] = "relu" if "rnn_relu" in node.operator else "tanh"
        layer = make_layer(kind, given)
        if len(keys) < a["num_layers"]:  # else a wrong number could ask for shapes without end
            raise ValueError
        tensors = dict(zip(layer.parameter_shapes(), keys, strict=True))
        return Step(node.name, kind, layer, node.path, node.location, tensors)

    def _activation(self, node: Node, a: dict[str, Any], kind: str) -> Step:
        names = {"LeakyReLU": "negative_slope", "Softmax": "dim", "LogSoftmax": "dim", "Dropout": "p", "Dropout2d": "p"}
        argument = names.get(kind)
        given = {argument: a[argument]} if argument and argument in a else {}
        if argument == "dim" and self._is_last(node, given.get("dim")):
            given["dim"] = -1
        return self._made(node, kind, given)

    def _is_last(self, node: Node, dim: Any) -> bool:
        shape = self.shapes[0].get(node.name) if self.shapes else None
        return shape is not None and isinstance(dim, int) and dim % max(len(shape), 1) == len(shape) - 1

    def _pool(self, node: Node, a: dict[str, Any], kind: str) -> Step:
        given = {"kernel_size": _tuple(a["kernel_size"]), "padding": _tuple(a.get("padding", 0))}
        if a.get("stride"):
            given["stride"] = _tuple(a["stride"])
        return self._made(node, kind, given)

    def _reshape(self, node: Node, a: dict[str, Any]) -> Step | None:
        before, after = (
            self._shapes_of(a.get("self")),
            [tuple(row[node.name]) for row in self.shapes if node.name in row],
        )
        if not self.shapes or len(before) != len(after):
            is_flatten = node.operator == "aten.flatten.using_ints" and a.get("start_dim") == 1
            return (
                self._made(node, "Flatten", {})
                if is_flatten
                else Step(node.name, "view", None, node.path, node.location)
            )
        if before == after:
            return None
        if all(len(new) == 2 and new[0] == old[0] for old, new in zip(before, after, strict=True)):
            return self._made(node, "Flatten", {})
        name = node.operator.split(".")[1]
        return Step(node.name, name, None, node.path, node.location)

    def _shapes_of(self, value: Any) -> list[Shape]:
        if not isinstance(value, Ref):
            return []
        if value.name == self.graph.input:
            return [(row["$batch"][0], *self.input_shape) for row in self.shapes if "$batch" in row]
        return [tuple(row[value.name]) for row in self.shapes if value.name in row]

    def _select(self, node: Node, a: dict[str, Any]) -> Step:
        dim, index = a.get("dim"), a.get("index")
        lengths = {shape[1] for shape in self._shapes_of(a.get("self")) if len(shape) > 1}
        if dim == 1 and (index == -1 or (len(lengths) == 1 and index == lengths.pop() - 1)):
            return self._made(node, "LastStep", {})
        colons = [":"] * dim if isinstance(dim, int) and 0 <= dim < 6 else []
        return Step(node.name, "Select", None, node.path, node.location, detail=f"[{', '.join([*colons, str(index)])}]")


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value
