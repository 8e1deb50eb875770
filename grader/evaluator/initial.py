"""Drawing a graph's initial state as PyTorch's layers would, whoever wrote the network.

Parameters are drawn in the order in which the graph first uses them, from one seeded generator, so equal graphs start
equal whatever order their layers were constructed in, and nobody can bring trained weights along.

Source: `reset_parameters` of torch.nn's Linear, Conv, RNN, BatchNorm, LayerNorm and Embedding: kaiming_uniform with
a = sqrt(5) amounts to U(-b, b) with b = 1/sqrt(fan_in), the same bound for the bias; recurrent layers use
b = 1/sqrt(hidden_size).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from grader.evaluator.replay import Replay
from grader.evidence.graph import Graph, Node, Ref, TensorSpec

Draw = Callable[[Tensor, Generator], object]

_RECURRENT = frozenset("aten.rnn_tanh.input aten.rnn_relu.input aten.lstm.input aten.gru.input".split())
_TRANSPOSED = frozenset({"aten.conv_transpose2d.input"})
_NORMS = frozenset(
    "aten.batch_norm.default aten.layer_norm.default aten.group_norm.default aten.instance_norm.default "
    "aten.rms_norm.default".split()
)
_AFFINE = frozenset(
    "aten.linear.default aten.conv1d.default aten.conv1d.padding aten.conv2d.default aten.conv2d.padding "
    "aten.conv3d.default".split()
)


def draw_initial_state(model: Replay, seed: int) -> list[str]:
    """Give `model` PyTorch's default initial state under `seed`; the keys that no rule covers, which stay as they are."""
    generator = torch.Generator().manual_seed(seed)
    graph = model.graphs["eval"]
    drawn: set[str] = set()
    for node in graph.nodes:
        for key, draw in _draws(node, graph, model.specs):
            if key not in drawn:
                drawn.add(key)
                value = torch.empty(model.specs[key].shape, dtype=getattr(torch, model.specs[key].dtype))
                draw(value, generator)
                model.set_tensor(key, value)
    return [key for key in model.specs if key not in drawn]


def perturb_norms(model: Replay, seed: int) -> None:
    """Move the scales, shifts and running statistics of normalisation layers off their defaults, so that they matter."""
    generator = torch.Generator().manual_seed(seed)
    graph = model.graphs["eval"]
    for node in graph.nodes:
        if node.operator in _NORMS:
            for role in ("weight", "bias", "running_mean", "running_var"):
                key = _key(node, role, graph)
                if key is not None:
                    noise = torch.rand(model.specs[key].shape, generator=generator)
                    model.set_tensor(key, noise + 0.5 if role in ("weight", "running_var") else noise - 0.5)


def _draws(node: Node, graph: Graph, specs: dict[str, TensorSpec]) -> Iterator[tuple[str, Draw]]:
    if node.operator in _AFFINE | _TRANSPOSED:
        weight = _key(node, "weight", graph)
        if weight is None:
            return
        shape = specs[weight].shape
        fan_in = math.prod(shape[1:])
        for key in (weight, _key(node, "bias", graph)):
            if key is not None:
                yield key, _uniform(1 / math.sqrt(max(fan_in, 1)))
    elif node.operator in _RECURRENT:
        keys = [graph.placeholders.get(ref.name) for ref in _parameters(node)]
        hidden = next((specs[key].shape[1] for key in keys[1:2] if key), 1)
        for key in keys:
            if key is not None:
                yield key, _uniform(1 / math.sqrt(max(hidden, 1)))
    elif node.operator in _NORMS:
        for role, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            key = _key(node, role, graph)
            if key is not None:
                yield key, _constant(value)
    elif node.operator == "aten.embedding.default":
        key = _key(node, "weight", graph)
        if key is not None:
            yield key, lambda tensor, generator: tensor.normal_(generator=generator)
    elif node.operator == "aten.prelu.default":
        key = _key(node, "weight", graph)
        if key is not None:
            yield key, _constant(0.25)


def _key(node: Node, role: str, graph: Graph) -> str | None:
    value = node.arguments().get(role)
    return graph.placeholders.get(value.name) if isinstance(value, Ref) else None


def _parameters(node: Node) -> list[Ref]:
    values = node.arguments().get("params")
    return [value for value in values if isinstance(value, Ref)] if isinstance(values, list | tuple) else []


def _uniform(bound: float) -> Draw:
    return lambda tensor, generator: tensor.uniform_(-bound, bound, generator=generator)


def _constant(value: float) -> Draw:
    return lambda tensor, generator: tensor.fill_(value)
