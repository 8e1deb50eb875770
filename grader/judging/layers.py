"""Layers by their constructor: the words in which rubrics, graphs and students speak of the same thing.

A `Layer` is a kind and its arguments in full, so two layers are equal when PyTorch would build the same one.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REQUIRED = object()

_CONV = {
    "in_channels": REQUIRED,
    "out_channels": REQUIRED,
    "kernel_size": REQUIRED,
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
    "bias": True,
}
_RECURRENT = {
    "input_size": REQUIRED,
    "hidden_size": REQUIRED,
    "num_layers": 1,
    "bias": True,
    "batch_first": False,
    "dropout": 0.0,
    "bidirectional": False,
}
_POOL = {"kernel_size": REQUIRED, "stride": None, "padding": 0}
_NORM = {"num_features": REQUIRED, "eps": 1e-5, "momentum": 0.1}

# Kind → constructor parameters and their defaults. Source: signatures of the classes in torch.nn; `LastStep` is ours.
KINDS: dict[str, dict[str, Any]] = {
    "Conv1d": _CONV,
    "Conv2d": _CONV,
    "Linear": {"in_features": REQUIRED, "out_features": REQUIRED, "bias": True},
    "RNN": {"input_size": REQUIRED, "hidden_size": REQUIRED, "num_layers": 1, "nonlinearity": "tanh"} | _RECURRENT,
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
    "BatchNorm1d": _NORM,
    "BatchNorm2d": _NORM,
    "LayerNorm": {"normalized_shape": REQUIRED, "eps": 1e-5},
    "Embedding": {"num_embeddings": REQUIRED, "embedding_dim": REQUIRED},
    "MaxPool2d": _POOL,
    "AvgPool2d": _POOL,
    "AdaptiveAvgPool2d": {"output_size": REQUIRED},
    "Dropout": {"p": 0.5},
    "Dropout2d": {"p": 0.5},
    "ReLU": {},
    "Sigmoid": {},
    "Tanh": {},
    "GELU": {},
    "SiLU": {},
    "LeakyReLU": {"negative_slope": 0.01},
    "Softmax": {"dim": -1},
    "LogSoftmax": {"dim": -1},
    "Flatten": {},
    "LastStep": {},
}

# Dimensions that an int stands for.
_TUPLES = {
    ("Conv1d", "kernel_size"): 1, ("Conv1d", "stride"): 1, ("Conv1d", "padding"): 1, ("Conv1d", "dilation"): 1,
    ("Conv2d", "kernel_size"): 2, ("Conv2d", "stride"): 2, ("Conv2d", "padding"): 2, ("Conv2d", "dilation"): 2,
    ("MaxPool2d", "kernel_size"): 2, ("MaxPool2d", "stride"): 2, ("MaxPool2d", "padding"): 2,
    ("AvgPool2d", "kernel_size"): 2, ("AvgPool2d", "stride"): 2, ("AvgPool2d", "padding"): 2,
    ("AdaptiveAvgPool2d", "output_size"): 2, ("LayerNorm", "normalized_shape"): 1,
}  # fmt: skip

ACTIVATIONS = frozenset("ReLU Sigmoid Tanh GELU SiLU LeakyReLU Softmax LogSoftmax".split())
RECURRENT = frozenset("RNN LSTM GRU".split())
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


@dataclass(frozen=True)
class Layer:
    """A layer by kind and full arguments, e.g. ``Layer("Linear", {"in_features": 4, "out_features": 2, "bias": True})``."""

    kind: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        return layer_text(self)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each trainable parameter by its name in PyTorch, in PyTorch's order; {} for a layer without any."""
        return _parameter_shapes(self)

    @property
    def parameter_count(self) -> int:
        """Number of trainable parameters."""
        return sum(math.prod(shape) for shape in self.parameter_shapes().values())


def make_layer(kind: str, arguments: Mapping[str, Any]) -> Layer:
    """A layer with its defaults filled in and its sizes in canonical form. Raises ValueError with the reason."""
    signature = KINDS.get(kind)
    if signature is None:
        raise ValueError(f"unknown layer {kind}; known are {', '.join(sorted(KINDS))}")
    unknown = arguments.keys() - signature.keys()
    if unknown:
        raise ValueError(
            f"{kind} has no argument {', '.join(sorted(unknown))}; it has {', '.join(signature) or 'none'}"
        )
    missing = [name for name, default in signature.items() if default is REQUIRED and name not in arguments]
    if missing:
        raise ValueError(f"{kind} needs {', '.join(missing)}")
    full = {name: _canonical(kind, name, arguments.get(name, default)) for name, default in signature.items()}
    if isinstance(full.get("padding"), str):
        if "dilation" not in full:
            raise ValueError(f"padding of {kind} is a number, not {full['padding']!r}")
        full["padding"] = _padding_in_numbers(kind, full)
    if kind in ("MaxPool2d", "AvgPool2d") and full["stride"] is None:
        full["stride"] = full["kernel_size"]
    return Layer(kind, full)


def parse_layer(text: str) -> Layer:
    """The layer that a constructor call such as ``Conv2d(1, 32, 3, padding=1)`` describes. Raises ValueError."""
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise ValueError(f"{text!r} is not a constructor call such as Linear(4, 2)") from None
    if not isinstance(call, ast.Call):
        raise ValueError(f"{text!r} is not a constructor call such as Linear(4, 2)")
    kind = ast.unparse(call.func).removeprefix("nn.")
    names = list(KINDS.get(kind, {}))
    if len(call.args) > len(names) and kind in KINDS:
        raise ValueError(f"{kind} takes {len(names)} arguments, not {len(call.args)}")
    try:
        arguments = dict(zip(names, map(ast.literal_eval, call.args), strict=False))
        keywords = {keyword.arg or "**": ast.literal_eval(keyword.value) for keyword in call.keywords}
    except (ValueError, TypeError):
        raise ValueError(f"the arguments of {text!r} must be plain numbers, booleans or tuples") from None
    if twice := arguments.keys() & keywords.keys():
        raise ValueError(f"{text!r} gives {', '.join(sorted(twice))} twice")
    layer = make_layer(kind, arguments | keywords)
    _refuse_impossible(layer)
    return layer


def _refuse_impossible(layer: Layer) -> None:
    """Raise ValueError for arguments that PyTorch's constructor would not take, or make no sense of."""
    for name, value in layer.arguments.items():
        if not _is_possible(layer.kind, name, value):
            raise ValueError(f"{name} of {layer.kind} cannot be {value!r}")
    groups = layer.arguments.get("groups", 1)
    if any(layer.arguments.get(name, 0) % groups for name in ("in_channels", "out_channels")):
        raise ValueError(f"groups of {layer.kind} must divide in_channels and out_channels")


def _is_possible(kind: str, name: str, value: Any) -> bool:
    default = KINDS[kind][name]
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, str):
        return value in ("tanh", "relu")
    if name == "padding" and value == "same":
        return True
    sizes = value if isinstance(value, tuple) else (value,)
    least = {"padding": 0, "dim": -8}.get(name, 1)
    length = len(sizes) if name == "normalized_shape" else _TUPLES.get((kind, name), 1)
    return len(sizes) == length > 0 and all(type(size) is int and size >= least for size in sizes)


def layer_text(layer: Layer) -> str:
    """The constructor call, as short as a person would write it: ``Conv2d(1, 32, 3, padding=1)``."""
    parts = []
    for name, default in KINDS[layer.kind].items():
        value = layer.arguments[name]
        if default is REQUIRED:
            parts.append(_text(name, value))
        elif value != _canonical(layer.kind, name, default) and not (
            name == "stride" and default is None and value == layer.arguments["kernel_size"]
        ):
            parts.append(f"{name}={_text(name, value)}")
    return f"{layer.kind}({', '.join(parts)})"


def differences(found: Layer, expected: Layer) -> list[tuple[str, str, str]]:
    """``(argument, found, expected)`` for every argument in which two layers of one kind differ."""
    return [
        (name, _text(name, found.arguments.get(name)), _text(name, value))
        for name, value in expected.arguments.items()
        if found.arguments.get(name) != value
    ]


def _padding_in_numbers(kind: str, arguments: Mapping[str, Any]) -> Any:
    """``padding="same"`` pads so that a stride of 1 keeps the size: dilation × (kernel_size - 1) in all, on both sides."""
    if arguments["padding"] == "valid":
        return _canonical(kind, "padding", 0)
    if arguments["padding"] != "same":
        raise ValueError(f"padding of {kind} cannot be {arguments['padding']!r}")
    totals = [
        dilation * (size - 1) for size, dilation in zip(arguments["kernel_size"], arguments["dilation"], strict=True)
    ]
    return tuple(total // 2 for total in totals) if all(total % 2 == 0 for total in totals) else arguments["padding"]


def _canonical(kind: str, name: str, value: Any) -> Any:
    dimensions = _TUPLES.get((kind, name))
    if isinstance(value, list):
        value = tuple(value)
    if dimensions and isinstance(value, int) and not isinstance(value, bool):
        return (value,) * dimensions
    if dimensions and isinstance(value, tuple) and len(value) == 1 and dimensions > 1:
        return value * dimensions
    return value


def _text(name: str, value: Any) -> str:
    if isinstance(value, tuple) and len(set(value)) == 1 and (len(value) == 1 or name != "normalized_shape"):
        return str(value[0])
    return repr(value) if isinstance(value, str | tuple) else str(value)


def _parameter_shapes(layer: Layer) -> dict[str, tuple[int, ...]]:
    a = layer.arguments
    if layer.kind in ("Conv1d", "Conv2d"):
        weight = (a["out_channels"], a["in_channels"] // a["groups"], *a["kernel_size"])
        return _with_bias(weight, (a["out_channels"],), a["bias"])
    if layer.kind == "Linear":
        return _with_bias((a["out_features"], a["in_features"]), (a["out_features"],), a["bias"])
    if layer.kind in RECURRENT:
        return _recurrent_shapes(layer)
    if layer.kind in ("BatchNorm1d", "BatchNorm2d"):
        return {"weight": (a["num_features"],), "bias": (a["num_features"],)}
    if layer.kind == "LayerNorm":
        return {"weight": a["normalized_shape"], "bias": a["normalized_shape"]}
    if layer.kind == "Embedding":
        return {"weight": (a["num_embeddings"], a["embedding_dim"])}
    return {}


def _with_bias(weight: tuple[int, ...], bias: tuple[int, ...], has_bias: bool) -> dict[str, tuple[int, ...]]:
    return {"weight": weight, "bias": bias} if has_bias else {"weight": weight}


def _recurrent_shapes(layer: Layer) -> dict[str, tuple[int, ...]]:
    a = layer.arguments
    rows = GATES[layer.kind] * a["hidden_size"]
    directions = ("", "_reverse") if a["bidirectional"] else ("",)
    shapes: dict[str, tuple[int, ...]] = {}
    for number in range(a["num_layers"]):
        columns = a["input_size"] if number == 0 else a["hidden_size"] * len(directions)
        for direction in directions:
            suffix = f"l{number}{direction}"
            shapes[f"weight_ih_{suffix}"] = (rows, columns)
            shapes[f"weight_hh_{suffix}"] = (rows, a["hidden_size"])
            if a["bias"]:
                shapes[f"bias_ih_{suffix}"] = (rows,)
                shapes[f"bias_hh_{suffix}"] = (rows,)
    return shapes
