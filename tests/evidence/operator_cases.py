"""Calls of every operator, most of them sensible, some a little off, as a graph might hold them: drawn from a seed."""

from __future__ import annotations

from random import Random
from typing import Any

from arrangement_cases import ARRANGEMENTS
from layer_cases import LAYERS
from small_shapes import TYPES, Call, alike, shape

from grader.evidence.operators import OPERATORS, Operator, Parameter
from grader.evidence.sizing.tensors import Tensor

SENSIBLE = LAYERS | ARRANGEMENTS
ATEN = [operator for name, operator in OPERATORS.items() if name.startswith("aten.")]


def call(operator: Operator, random: Random) -> Call:
    """Arguments by name for one call of `operator`: sensible ones, in one of three cases a little off."""
    made = SENSIBLE.get(operator.name, lambda random: {})(random)
    if not made:
        made = _by_kind(operator, random)
    elif random.random() < 0.5:
        made = made | _optional(operator, random, made)
    return _off(made, random) if random.random() < 0.35 else made


def _by_kind(operator: Operator, random: Random) -> Call:
    first = Tensor(shape(random), random.choice(TYPES))
    made: Call = {}
    for parameter in operator.parameters:
        if parameter.optional and random.random() < 0.5:
            continue
        if parameter.kind == "T":
            made[parameter.name] = first if not made else Tensor(alike(random, first.shape), random.choice(TYPES))
        else:
            made[parameter.name] = _plain(parameter, random, first)
    return made


def _optional(operator: Operator, random: Random, made: Call) -> Call:
    """Further arguments that every operator of this kind takes."""
    return {
        parameter.name: _plain(parameter, random, None)
        for parameter in operator.parameters
        if parameter.optional and parameter.name not in made and parameter.kind in "bfd" and random.random() < 0.5
    }


def _plain(parameter: Parameter, random: Random, first: Tensor | None) -> Any:
    rank = first.rank if first else 3
    dim = random.randint(-rank - 1, rank)
    numbers: dict[str, Any] = {
        "i": dim, "j": random.choice((None, dim)), "I": [random.randint(-rank, rank) for _ in range(random.randint(0, 2))],
        "J": random.choice((None, [dim], dim)), "f": random.choice((0.5, 2, -1.5, 3.0)),
        "g": random.choice((None, 0.5, 1)), "b": random.random() < 0.5, "c": None, "s": "none", "m": None, "r": None,
        "d": random.choice((None, "float32", "float64", "int64")), "t": None,
    }  # fmt: skip
    return numbers[parameter.kind]


def _off(made: Call, random: Random) -> Call:
    """`made` with one number, or one size of one tensor, changed."""
    name = random.choice(list(made))
    value = made[name]
    if isinstance(value, Tensor):
        value = _reshaped(value, random)
    elif isinstance(value, tuple) and value:
        at = random.randrange(len(value))
        value = (*value[:at], _reshaped(value[at], random), *value[at + 1 :])
    elif isinstance(value, bool):
        value = not value
    elif isinstance(value, int):
        value += random.choice((-2, -1, 1, 2, 3))
    elif isinstance(value, list) and value and all(isinstance(item, int) for item in value):
        at = random.randrange(len(value))
        value = random.choice(
            ([*value[:at], value[at] + random.choice((-1, 1, 2)), *value[at + 1 :]], value[1:], [*value, 1])
        )
    return made | {name: value}


def _reshaped(tensor: Tensor, random: Random) -> Tensor:
    sizes = list(tensor.shape)
    how = random.choice(("size", "size", "empty", "drop", "add"))
    if how == "add" or not sizes:
        sizes.insert(random.randint(0, len(sizes)), random.randint(1, 3))
    elif how == "drop":
        sizes.pop(random.randrange(len(sizes)))
    else:
        sizes[random.randrange(len(sizes))] = 0 if how == "empty" else random.randint(1, 5)
    return Tensor(tuple(sizes), tensor.dtype)
