"""A reference network, as a rubric describes it, and its graph.

The description is layers by name and a chain, ``layer1 > relu > flatten > fc1``. `compile_network` writes the same kind of
graph that a student's model leaves as, so both are described, replayed and compared by the same code and no solution
file is needed on a student's machine.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.evidence.graph import DType, Graph, Node, Ref, TensorSpec, Value
from grader.judging.layers import ACTIVATIONS, KINDS, RECURRENT, Layer, make_layer, parse_layer

# Functions that a chain may use without naming a layer: name → kind.
FUNCTIONS = {
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "gelu": "GELU",
    "silu": "SiLU",
    "leaky_relu": "LeakyReLU",
    "softmax": "Softmax",
    "log_softmax": "LogSoftmax",
    "flatten": "Flatten",
    "last_step": "LastStep",
    "max_pool2d": "MaxPool2d",
    "avg_pool2d": "AvgPool2d",
    "adaptive_avg_pool2d": "AdaptiveAvgPool2d",
    "dropout": "Dropout",
    "dropout2d": "Dropout2d",
}


@dataclass(frozen=True)
class ChainStep:
    """One step of the forward chain. `name` is the layer's, or the function's."""

    name: str
    layer: Layer
    is_named: bool  # names an entry of `layers`, rather than a function


@dataclass(frozen=True)
class Network:
    """A reference network: its layers by name, in the rubric's order, and the order in which forward uses them."""

    layers: Mapping[str, Layer]
    chain: tuple[ChainStep, ...]

    @property
    def parameter_count(self) -> int:
        """Number of trainable parameters of all layers."""
        return sum(layer.parameter_count for layer in self.layers.values())


def parse_network(layers: Mapping[str, str], forward: str) -> Network:
    """The network that a rubric describes. Raises ValueError with the reason."""
    parsed = {name: parse_layer(text) for name, text in layers.items()}
    steps = tuple(_parse_step(text, parsed) for text in _split_chain(forward))
    used = {step.name for step in steps if step.is_named}
    unused = [name for name in parsed if name not in used]
    if unused:
        raise ValueError(f"forward never uses {', '.join(unused)}")
    return Network(parsed, steps)


def _split_chain(forward: str) -> list[str]:
    parts = [part.strip() for part in forward.split(">")]
    if not all(parts):
        raise ValueError("forward has an empty step; write it like: layer1 > relu > flatten > fc1")
    return parts


def _parse_step(text: str, layers: Mapping[str, Layer]) -> ChainStep:
    if text in layers:
        return ChainStep(text, layers[text], True)
    name, _, arguments = text.partition("(")
    kind = FUNCTIONS.get(name.strip())
    if kind is None:
        near = difflib.get_close_matches(name.strip(), [*layers, *FUNCTIONS], n=1)
        raise ValueError(
            f"forward uses {text}, which is neither a layer of this network nor a known function"
            + (f"; did you mean {near[0]}?" if near else "")
        )
    layer = parse_layer(f"{kind}({arguments}") if arguments else make_layer(kind, {})
    return ChainStep(name.strip(), layer, False)


# --- compilation ----------------------------------------------------------------------------------------------------


@dataclass
class _Builder:
    training: bool
    input: str = "x"
    placeholders: dict[str, str] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    path: str = ""

    def add(self, operator: str, *args: Value, **kwargs: Value) -> Ref:
        node = Node(f"n{len(self.nodes)}", operator, args, kwargs, self.path)
        self.nodes.append(node)
        return Ref(node.name)

    def tensor(self, name: str) -> Ref:
        placeholder = f"p_{self.path}_{name}"
        self.placeholders[placeholder] = f"{self.path}.{name}"
        return Ref(placeholder)


def compile_network(network: Network) -> tuple[dict[str, Graph], dict[str, TensorSpec]]:
    """The network's graphs by mode (``eval``, ``train``) and the description of its state."""
    graphs = {mode: _compile(network, mode == "train") for mode in ("eval", "train")}
    return graphs, state_specs(network)


def state_specs(network: Network) -> dict[str, TensorSpec]:
    """Every tensor of the network's state by its key, e.g. ``fc1.weight``."""
    specs = {}
    for name, layer in network.layers.items():
        for role, shape in layer.parameter_shapes().items():
            specs[f"{name}.{role}"] = TensorSpec(f"{name}.{role}", "parameter", shape, "float32", True)
        if layer.kind in ("BatchNorm1d", "BatchNorm2d"):
            for role in ("running_mean", "running_var"):
                shape = (layer.arguments["num_features"],)
                specs[f"{name}.{role}"] = TensorSpec(f"{name}.{role}", "buffer", shape, "float32")
    return specs


def _compile(network: Network, training: bool) -> Graph:
    builder = _Builder(training)
    value = Ref(builder.input)
    for step in network.chain:
        builder.path = step.name if step.is_named else ""
        value = _emit(builder, step.layer, value)
    return Graph(builder.input, builder.placeholders, builder.nodes, value)


def _emit(builder: _Builder, layer: Layer, x: Ref) -> Ref:
    a = layer.arguments
    if layer.kind in RECURRENT:
        return _emit_recurrent(builder, layer, x)
    if layer.kind in _EMITTERS:
        return _EMITTERS[layer.kind](builder, a, x)
    if layer.kind in ACTIVATIONS:
        return _emit_activation(builder, layer, x)
    raise ValueError(f"{layer.kind} cannot be used in forward")


def _emit_activation(builder: _Builder, layer: Layer, x: Ref) -> Ref:
    operator = {"ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "GELU": "gelu", "SiLU": "silu"}.get(layer.kind)
    if operator:
        return builder.add(f"aten.{operator}.default", x)
    if layer.kind == "LeakyReLU":
        return builder.add("aten.leaky_relu.default", x, layer.arguments["negative_slope"])
    name = "softmax" if layer.kind == "Softmax" else "log_softmax"
    return builder.add(f"aten.{name}.int", x, layer.arguments["dim"])


def _affine(operator: str, *names: str) -> Callable[[_Builder, Mapping[str, Any], Ref], Ref]:
    def emit(builder: _Builder, a: Mapping[str, Any], x: Ref) -> Ref:
        bias = builder.tensor("bias") if a["bias"] else None
        values = [list(a[name]) if isinstance(a[name], tuple) else a[name] for name in names]
        overload = "padding" if isinstance(a.get("padding"), str) else "default"  # "same", for a kernel of even size
        return builder.add(f"{operator}.{overload}", x, builder.tensor("weight"), bias, *values)

    return emit


def _pool(operator: str) -> Callable[[_Builder, Mapping[str, Any], Ref], Ref]:
    return lambda builder, a, x: builder.add(operator, x, list(a["kernel_size"]), list(a["stride"]), list(a["padding"]))


def _emit_batch_norm(builder: _Builder, a: Mapping[str, Any], x: Ref) -> Ref:
    tensors = [builder.tensor(name) for name in ("weight", "bias", "running_mean", "running_var")]
    return builder.add("aten.batch_norm.default", x, *tensors, builder.training, a["momentum"], a["eps"], False)


def _emit_recurrent(builder: _Builder, layer: Layer, x: Ref) -> Ref:
    a = layer.arguments
    batch = builder.add("aten.sym_size.int", x, 0 if a["batch_first"] else 1)
    states = a["num_layers"] * (2 if a["bidirectional"] else 1)
    zeros = builder.add("aten.zeros.default", [states, batch, a["hidden_size"]], dtype=DType("float32"))
    parameters = [builder.tensor(name) for name in layer.parameter_shapes()]
    operator = f"aten.rnn_{a['nonlinearity']}.input" if layer.kind == "RNN" else f"aten.{layer.kind.lower()}.input"
    result = builder.add(
        operator, x, [zeros, zeros] if layer.kind == "LSTM" else zeros, parameters, a["bias"], a["num_layers"],
        float(a["dropout"]), builder.training, a["bidirectional"], a["batch_first"],
    )  # fmt: skip
    return builder.add("getitem", result, 0)


_EMITTERS: dict[str, Callable[[_Builder, Mapping[str, Any], Ref], Ref]] = {
    "Conv1d": _affine("aten.conv1d", "stride", "padding", "dilation", "groups"),
    "Conv2d": _affine("aten.conv2d", "stride", "padding", "dilation", "groups"),
    "Linear": _affine("aten.linear"),
    "BatchNorm1d": _emit_batch_norm,
    "BatchNorm2d": _emit_batch_norm,
    "LayerNorm": lambda b, a, x: b.add(
        "aten.layer_norm.default", x, list(a["normalized_shape"]), b.tensor("weight"), b.tensor("bias"), a["eps"]
    ),
    "Embedding": lambda b, a, x: b.add("aten.embedding.default", b.tensor("weight"), x),
    "MaxPool2d": _pool("aten.max_pool2d.default"),
    "AvgPool2d": _pool("aten.avg_pool2d.default"),
    "AdaptiveAvgPool2d": lambda b, a, x: b.add("aten.adaptive_avg_pool2d.default", x, list(a["output_size"])),
    "Dropout": lambda b, a, x: b.add("aten.dropout.default", x, a["p"], b.training),
    "Dropout2d": lambda b, a, x: b.add("aten.feature_dropout.default", x, a["p"], b.training),
    "Flatten": lambda b, a, x: b.add("aten.flatten.using_ints", x, 1),
    "LastStep": lambda b, a, x: b.add("aten.select.int", x, 1, -1),
}

assert _EMITTERS.keys() | RECURRENT | ACTIVATIONS == KINDS.keys()
