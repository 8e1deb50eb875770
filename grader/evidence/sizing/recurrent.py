"""Recurrent layers and cells.

Layers and cells are held to their sizes: given a hidden state of another batch size than the input, PyTorch's LSTM on a
processor reads beyond the state instead of failing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.evidence.sizing.tensors import Arguments, Made, Misfit, Rule, Shape, Tensor, promote

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 3, "lstm": 4}
STEP_OPERATIONS = 10**6  # a step costs some twenty microseconds however small it is
WORK_PER_UNIT = 4  # intermediate results of one gate: two products, their sum, its activation


@dataclass(frozen=True)
class _Layer:
    """Sizes of a recurrent layer. `out` differs from `width` for an LSTM with projections."""

    gates: int
    layers: int
    directions: int
    biases: bool
    steps: int
    batch: int
    features: int
    width: int
    out: int

    @property
    def runs(self) -> int:
        """How many times the steps are gone through."""
        return self.layers * self.directions

    def parameters(self) -> Iterator[Shape]:
        """Shapes of all parameters in order."""
        rows = self.gates * self.width
        for run in range(self.runs):
            yield (rows, self.features if run < self.directions else self.out * self.directions)
            yield (rows, self.out)
            yield from [(rows,), (rows,)] if self.biases else []
            yield from [(self.out, self.width)] if self.out != self.width else []


def _layer(kind: str) -> Rule:
    """A layer of one of the four kinds, over all its steps, layers and directions."""

    def rule(arguments: Arguments) -> Made:
        states: tuple[Tensor, ...] = arguments["hx"] if kind == "lstm" else (arguments["hx"],)
        layer = _measured(arguments, states, GATES[kind])
        shapes = [tensor.shape for tensor in arguments["params"]]
        found = [state.shape for state in states]
        wanted = [(layer.runs, layer.batch, layer.out), (layer.runs, layer.batch, layer.width)][: len(states)]
        if shapes != list(layer.parameters()) or found != wanted:
            raise Misfit
        return _unrolled(arguments, states, layer)

    return rule


def _measured(arguments: Arguments, states: tuple[Tensor, ...], gates: int) -> _Layer:
    """The layer's sizes as input and first hidden state give them. Raises Misfit where they cannot be read off."""
    x, layers = arguments["input"], arguments["num_layers"]
    ranks = [tensor.rank for tensor in (x, *states)]
    if set(ranks) != {3} or len(states) != (2 if gates == 4 else 1) or not 0 < layers <= len(arguments["params"]):
        raise Misfit
    steps, batch = (x.shape[1], x.shape[0]) if arguments["batch_first"] else x.shape[:2]
    directions = 2 if arguments["bidirectional"] else 1
    sizes = (steps, batch, x.shape[2], states[-1].shape[2], states[0].shape[2])
    return _Layer(gates, layers, directions, bool(arguments["has_biases"]), *sizes)


def _unrolled(arguments: Arguments, states: tuple[Tensor, ...], layer: _Layer) -> Made:
    given = (arguments["input"], *states, *arguments["params"])
    dtype = promote(*(tensor.dtype for tensor in given))
    outer = (layer.batch, layer.steps) if arguments["batch_first"] else (layer.steps, layer.batch)
    result = Tensor((*outer, layer.out * layer.directions), dtype)
    each_step = sum(tensor.count for tensor in arguments["params"]) + 10 * layer.gates * layer.width * layer.runs
    one_run = Tensor((layer.steps, layer.batch, layer.gates * layer.width), dtype).bytes
    return Made(
        (result, *(Tensor(state.shape, dtype) for state in states)),
        2 * layer.steps * layer.batch * each_step + layer.runs * layer.steps * STEP_OPERATIONS + given[0].count,
        scratch=2 * one_run + 2 * result.bytes,
        saved=WORK_PER_UNIT * layer.runs * one_run,
    )


def _cell(gates: int) -> Rule:
    """One step of a recurrent layer."""

    def rule(arguments: Arguments) -> Made:
        x, given = arguments["input"], arguments["hx"]
        states: tuple[Tensor, ...] = given if gates == 4 else (given,)
        if x.rank != 2 or any(state.rank != 2 for state in states) or len(states) != (2 if gates == 4 else 1):
            raise Misfit
        (batch, features), width = x.shape, states[0].shape[1]
        wanted = {"w_ih": (gates * width, features), "w_hh": (gates * width, width)}
        if any(state.shape != (batch, width) for state in states):
            raise Misfit
        if any(arguments[name].shape != shape for name, shape in wanted.items()):
            raise Misfit
        result = Tensor((batch, width), promote(x.dtype, *(state.dtype for state in states)))
        work = Tensor((batch, gates * width), result.dtype)
        operations = 2 * work.count * (features + width + 10) + STEP_OPERATIONS
        value = (result, result) if gates == 4 else result
        return Made(value, operations, scratch=3 * work.bytes, saved=WORK_PER_UNIT * work.bytes)

    return rule


RULES: dict[str, Rule] = {
    **{f"aten.{kind}.input": _layer(kind) for kind in GATES},
    "aten.rnn_tanh_cell.default": _cell(1),
    "aten.rnn_relu_cell.default": _cell(1),
    "aten.gru_cell.default": _cell(3),
    "aten.lstm_cell.default": _cell(4),
}
