"""Operators that make tensors from nothing but sizes, and those that draw random numbers."""

from __future__ import annotations

import math
from typing import Any

from grader.evidence.sizing.tensors import Arguments, Made, Rule, Tensor, Unbounded, WillFail, positive, sizes, whole


def _dtype(arguments: Arguments, default: str = "float32") -> str:
    dtype: Any = arguments.get("dtype")
    return default if dtype is None else str(dtype)


def _sized(arguments: Arguments) -> Made:
    return whole(Tensor(positive(sizes(arguments["size"])), _dtype(arguments)))


def _full(arguments: Arguments) -> Made:
    value = arguments["fill_value"]
    default = "bool" if isinstance(value, bool) else "int64" if isinstance(value, int) else "float32"
    return whole(Tensor(positive(sizes(arguments["size"])), _dtype(arguments, default)))


def _new(arguments: Arguments) -> Made:
    return whole(Tensor(positive(sizes(arguments["size"])), _dtype(arguments, arguments["self"].dtype)))


def _like(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    return whole(Tensor(x.shape, _dtype(arguments, x.dtype)))


def _arange(arguments: Arguments) -> Made:
    ends = (arguments.get("start", 0), arguments["end"])
    if not all(map(math.isfinite, ends)):
        raise Unbounded
    count = math.ceil(ends[1] - ends[0])
    if count < 0:
        raise WillFail
    default = "float32" if any(isinstance(end, float) for end in ends) else "int64"
    return whole(Tensor((count,), _dtype(arguments, default)))


RULES: dict[str, Rule] = {
    **{f"aten.{name}.default": _sized for name in ("zeros", "ones", "randn")},
    **{f"aten.{name}.default": _new for name in ("new_zeros", "new_ones")},
    **{f"aten.{name}.default": _like for name in ("zeros_like", "ones_like", "randn_like", "rand_like")},
    "aten.full.default": _full,
    "aten.arange.default": _arange,
    "aten.arange.start": _arange,
}
