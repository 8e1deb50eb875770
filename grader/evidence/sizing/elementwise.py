"""Operators that work element by element, and those that copy a tensor as it is."""

from __future__ import annotations

from typing import Any

from grader.evidence.sizing.tensors import Arguments, Made, Rule, Tensor, broadcast, inexact, promote, view, whole

# Element types stay: activations that are defined for whole numbers too, signs, copies.
_KEEPING = (
    "relu relu_ relu6 leaky_relu leaky_relu_ elu elu_ gelu silu silu_ mish selu celu hardtanh hardtanh_ hardswish "
    "hardsigmoid softplus log_sigmoid neg abs bitwise_not clone contiguous lift_fresh_copy flip"
).split()
_INEXACT = "sigmoid tanh exp log sqrt rsqrt reciprocal sin cos".split()
_TRUTH = "eq.Scalar ne.Scalar lt.Scalar gt.Scalar ge.Scalar le.Scalar gt.Tensor logical_not.default".split()
_BINARY = (
    "add.Tensor add.Scalar sub.Tensor sub.Scalar rsub.Scalar mul.Tensor mul.Scalar maximum.default minimum.default "
    "clamp.default clamp_min.default pow.Tensor_Scalar pow.Scalar"
).split()
_DIVISION = "div.Tensor div.Scalar".split()
_IN_PLACE = "add_.Tensor mul_.Tensor".split()
_DROPOUT = "dropout dropout_ feature_dropout alpha_dropout".split()


def _tensors(arguments: Arguments) -> list[Tensor]:
    return [value for value in arguments.values() if isinstance(value, Tensor)]


def _shape(arguments: Arguments) -> tuple[int, ...]:
    return broadcast(*(tensor.shape for tensor in _tensors(arguments)))


def _keeping(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    return whole(x, x)


def _inexact(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    return whole(Tensor(x.shape, inexact(x.dtype)), x)


def _truth(arguments: Arguments) -> Made:
    return whole(Tensor(_shape(arguments), "bool"), *_tensors(arguments))


def _scalar_types(arguments: Arguments) -> list[str]:
    return ["float32" for value in arguments.values() if isinstance(value, float)]


def _binary(arguments: Arguments) -> Made:
    given = _tensors(arguments)
    dtype = promote(*(tensor.dtype for tensor in given), *_scalar_types(arguments))
    if any(isinstance(value, int) for value in arguments.values()):  # True * 2 is a whole number
        dtype = promote(dtype, "int64") if dtype == "bool" else dtype
    return whole(Tensor(_shape(arguments), dtype), *given)


def _division(arguments: Arguments) -> Made:
    made = _binary(arguments)
    assert isinstance(made.value, Tensor)
    return whole(Tensor(made.value.shape, inexact(made.value.dtype)), *_tensors(arguments))


def _in_place(arguments: Arguments) -> Made:
    """The changed tensor keeps its own shape; where the other would need a larger one, PyTorch fails."""
    x: Tensor = arguments["self"]
    _shape(arguments)
    return whole(x, *_tensors(arguments))


def _square(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    return whole(Tensor(x.shape, "int64" if x.dtype == "bool" else x.dtype), x)


def _where(arguments: Arguments) -> Made:
    condition, other = arguments["condition"], arguments["other"]
    operands = [value for value in (arguments["self"], other) if isinstance(value, Tensor)]
    dtype = promote(*(tensor.dtype for tensor in operands), *_scalar_types(arguments))
    if isinstance(other, int) and not isinstance(other, bool) and dtype == "bool":
        dtype = "int64"
    return whole(Tensor(_shape(arguments), dtype), condition, *operands)


def _masked_fill(arguments: Arguments) -> Made:
    return whole(Tensor(_shape(arguments), arguments["self"].dtype), *_tensors(arguments))


def _dropout(arguments: Arguments) -> Made:
    """In training it draws a mask, and keeps it, as large as the input."""
    x: Tensor = arguments["self"] if "self" in arguments else arguments["input"]
    drawn = x.bytes if arguments["train"] else 0
    return Made(x, 4 * x.count, scratch=2 * drawn, saved=drawn)


def _prelu(arguments: Arguments) -> Made:
    return whole(arguments["self"], arguments["weight"])


def _softmax(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    dtype = _chosen(arguments, x.dtype if x.dtype == "int64" else inexact(x.dtype))  # nothing to do is done in any type
    return Made(Tensor(x.shape, dtype), 5 * x.count, scratch=Tensor(x.shape, dtype).bytes)


def _chosen(arguments: Arguments, default: str) -> str:
    dtype: Any = arguments.get("dtype")
    return default if dtype is None else str(dtype)


def _converted(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    return whole(Tensor(x.shape, _chosen(arguments, x.dtype)), x)


def _type_as(arguments: Arguments) -> Made:
    x: Tensor = arguments["self"]
    return whole(Tensor(x.shape, arguments["other"].dtype), x)


def _same(arguments: Arguments) -> Made:
    return view(arguments["self"])


RULES: dict[str, Rule] = {
    **{f"aten.{name}.default": _keeping for name in _KEEPING},
    **{f"aten.{name}.default": _inexact for name in _INEXACT},
    **{f"aten.{name}": _truth for name in _TRUTH},
    **{f"aten.{name}": _binary for name in _BINARY},
    **{f"aten.{name}": _division for name in _DIVISION},
    **{f"aten.{name}": _in_place for name in _IN_PLACE},
    **{f"aten.{name}.default": _dropout for name in _DROPOUT},
    **{f"aten.{name}": _converted for name in ("to.dtype", "to.dtype_layout", "_to_copy.default")},
    **{f"aten.{name}.default": _same for name in ("detach", "detach_", "alias")},
    "aten.square.default": _square,
    "aten.where.self": _where,
    "aten.where.ScalarOther": _where,
    "aten.masked_fill.Scalar": _masked_fill,
    "aten.prelu.default": _prelu,
    "aten.softmax.int": _softmax,
    "aten.log_softmax.int": _softmax,
    "aten.type_as.default": _type_as,
}
