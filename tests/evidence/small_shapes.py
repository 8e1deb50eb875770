"""What calls of operators are drawn from: small shapes, tensors without numbers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from grader.evidence.sizing.tensors import Tensor

Call = dict[str, Any]
Draw = Callable[[Random], Call]
FLOATS = ("float32",) * 6 + ("float64", "float16")
TYPES = (*FLOATS, "int64", "int32", "bool", "uint8")


def shape(random: Random, rank: int | None = None, least: int = 1) -> tuple[int, ...]:
    """A small shape."""
    count = random.choice((0, 1, 2, 2, 3, 3, 4, 4, 5)) if rank is None else rank
    return tuple(random.randint(least, 5) for _ in range(count))


def floats(*sizes: int) -> Tensor:
    """A tensor of real numbers."""
    return Tensor(tuple(sizes), "float32")


def alike(random: Random, first: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts with `first`."""
    cut = random.randint(0, len(first))
    return tuple(1 if random.random() < 0.3 else size for size in first[cut:])
