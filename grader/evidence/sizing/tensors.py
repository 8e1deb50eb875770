"""Tensors without their numbers: a shape, an element type, and the arithmetic that all operators share.

Rules answer the exact shape where PyTorch's is exact, an upper bound where it is not worth more. A rule raises `WillFail`
only where PyTorch is certain to fail on these sizes; `grader.evidence.cost` stops there, because nothing after it runs.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ITEM_BYTES = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip
_INTEGERS = ("bool", "uint8", "int8", "int16", "int32", "int64")
_HALVES = ("float16", "bfloat16")
MAX_PIECES = (
    10_000  # results that one operator may hand out; a layer hands out three, splitting into steps some hundreds
)

Shape = tuple[int, ...]


class WillFail(Exception):
    """PyTorch refuses this operator on these sizes."""


class Unbounded(Exception):
    """What the operator makes has no size that a grader would wait for."""


class Misfit(Exception):
    """These sizes do not belong together, and PyTorch does not check them before it reads memory by them."""


@dataclass(frozen=True)
class Tensor:
    """A tensor's shape and element type."""

    shape: Shape
    dtype: str = "float32"

    @functools.cached_property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Size in memory, laid out whole."""
        return self.count * ITEM_BYTES[self.dtype]

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self.shape)


Value = Tensor | tuple[Tensor, ...] | int


def tensors_of(value: Value) -> tuple[Tensor, ...]:
    """The tensors in a result; none in a number."""
    return value if isinstance(value, tuple) else (value,) if isinstance(value, Tensor) else ()


@dataclass(frozen=True, slots=True)
class Made:
    """What one operator makes, and what that takes.

    `scratch` bytes are needed while it runs; `saved` bytes are kept for the backward pass beyond inputs and results.
    """

    value: Value
    operations: int
    scratch: int = 0
    saved: int = 0


Arguments = Mapping[str, Any]  # by the operator's parameter names: Tensor, tuple of Tensor, int, float, str, list, None
Rule = Callable[[Arguments], Made]


def whole(value: Value, *sources: Tensor, factor: int = 1) -> Made:
    """A result whose elements cost `factor` operations each, as does every element that is read."""
    return Made(value, factor * sum(item.count for item in (*tensors_of(value), *sources)))


def view(value: Value) -> Made:
    """A result that shares its input's numbers: no work, no memory."""
    return Made(value, 1)


def broadcast(*shapes: Shape) -> Shape:
    """The common shape. Raises WillFail where there is none."""
    if not shapes:
        return ()
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    sizes = [{size for size in column if size != 1} for column in zip(*padded, strict=True)]
    if any(len(column) > 1 for column in sizes):
        raise WillFail
    return tuple(column.pop() if column else 1 for column in sizes)


def promote(*dtypes: str) -> str:
    """An element type at least as wide as PyTorch's choice for these."""
    first, *rest = dict.fromkeys(dtypes)
    for other in rest:
        first = _wider(first, other)
    return first


def _wider(one: str, other: str) -> str:
    if "complex" in one + other:
        return "complex128"
    if one in _INTEGERS and other in _INTEGERS:
        return "int64"
    if one in _HALVES and other in _HALVES:
        return "float32"
    return max(one, other, key=list(ITEM_BYTES).index)


def inexact(dtype: str) -> str:
    """The element type of a result that is never whole, such as a logarithm."""
    return "float32" if dtype in _INTEGERS else dtype


def accumulated(dtype: str) -> str:
    """The element type of a sum."""
    return "int64" if dtype in _INTEGERS else dtype


def axis(dim: int, rank: int) -> int:
    """`dim` counted from the front. Raises WillFail where it is out of range; a scalar counts as one dimension."""
    rank = max(rank, 1)
    if not -rank <= dim < rank:
        raise WillFail
    return dim % rank


def axes(dims: int | Sequence[int] | None, rank: int) -> frozenset[int]:
    """The dimensions meant; all of them for None and for an empty list."""
    if dims is None or (isinstance(dims, Sequence) and not dims):
        return frozenset(range(rank))
    return frozenset(axis(dim, rank) for dim in sizes(dims))


def sizes(value: int | Sequence[int]) -> Shape:
    """A list of sizes; one number is a list of one."""
    return (value,) if isinstance(value, int) else tuple(value)


def positive(values: Iterable[int]) -> Shape:
    """`values` themselves. Raises WillFail for a negative size."""
    shape = tuple(values)
    if any(size < 0 for size in shape):
        raise WillFail
    return shape


def each(value: int | Sequence[int], count: int) -> Shape:
    """One number for each of `count` dimensions; a single one stands for all. Raises WillFail for another number."""
    given = sizes(value)
    if len(given) not in (1, count):
        raise WillFail
    return given if len(given) == count else given * count


def replaced(shape: Shape, place: int, *by: int) -> Shape:
    """`shape` with the dimension at `place` replaced by others, or by none."""
    return (*shape[:place], *by, *shape[place + 1 :])


def require(condition: bool) -> None:
    """Raise WillFail unless `condition` holds."""
    if not condition:
        raise WillFail
