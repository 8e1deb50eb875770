"""Operators that sum up, pick or accumulate along dimensions, and normalisation, which does so and keeps the shape."""

from __future__ import annotations

from collections.abc import Callable

from grader.evidence.sizing.tensors import Arguments, Made, Rule, Shape, Tensor, accumulated, axes, axis, inexact, whole


def _reduced(x: Tensor, gone: frozenset[int], keep: bool) -> Shape:
    if keep:
        return tuple(1 if place in gone else size for place, size in enumerate(x.shape))
    return tuple(size for place, size in enumerate(x.shape) if place not in gone)


def _dtype(arguments: Arguments, default: str) -> str:
    return default if arguments.get("dtype") is None else str(arguments["dtype"])


def _over(make_dtype: Callable[[str], str]) -> Rule:
    """A reduction over the dimensions in ``dim``, all of them where none is given."""

    def rule(arguments: Arguments) -> Made:
        x: Tensor = arguments["self"]
        shape = _reduced(x, axes(arguments.get("dim"), x.rank), bool(arguments.get("keepdim")))
        return whole(Tensor(shape, _dtype(arguments, make_dtype(x.dtype))), x)

    return rule


def _same(dtype: str) -> str:
    return dtype


def _index(dtype: str) -> str:
    return "int64"


def _with_indices(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    shape = _reduced(x, frozenset([axis(arguments["dim"], x.rank)]), bool(arguments.get("keepdim")))
    return whole((Tensor(shape, x.dtype), Tensor(shape, "int64")), x)


def _cumulative(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    axis(arguments["dim"], x.rank)
    return whole(Tensor(x.shape, _dtype(arguments, accumulated(x.dtype))), x)


def _normalised(arguments: Arguments) -> Made:
    """Some passes over the input; statistics are small beside it, except where they are kept as large as the input."""
    x: Tensor = arguments["input"]
    return Made(Tensor(x.shape, inexact(x.dtype)), 8 * x.count, scratch=2 * x.bytes)


RULES: dict[str, Rule] = {
    **{f"aten.{name}": _over(inexact) for name in ("mean.default", "mean.dim", "var.correction", "std.correction")},
    **{f"aten.{name}": _over(accumulated) for name in ("sum.default", "sum.dim_IntList")},
    **{f"aten.{name}.default": _over(_same) for name in ("max", "amax", "amin")},
    "aten.argmax.default": _over(_index),
    "aten.linalg_vector_norm.default": _over(inexact),
    "aten.max.dim": _with_indices,
    "aten.min.dim": _with_indices,
    "aten.cumsum.default": _cumulative,
    **{
        f"aten.{name}.default": _normalised
        for name in ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm")
    },
}
