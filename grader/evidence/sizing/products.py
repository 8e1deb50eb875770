"""Operators that multiply and sum: linear layers, matrix products, attention, sums written as text."""

from __future__ import annotations

import math

from grader.evidence.sizing.tensors import (
    Arguments,
    Made,
    Misfit,
    Rule,
    Shape,
    Tensor,
    Unbounded,
    WillFail,
    broadcast,
    promote,
    require,
)


def _linear_shape(x: Shape, weight: Shape) -> Shape:
    """Shape of ``x @ weight.T``. Raises WillFail where the sizes do not meet."""
    require(len(x) > 0 and len(weight) in (1, 2) and x[-1] == weight[-1])
    return (*x[:-1], *weight[:-1])


def _linear(arguments: Arguments) -> Made:
    x, weight, bias = arguments["input"], arguments["weight"], arguments.get("bias")
    shape = _linear_shape(x.shape, weight.shape)
    if bias is not None:
        joined = broadcast(shape, bias.shape)
        shape = joined if math.prod(joined[: -len(shape)]) > 1 else joined[-len(shape) :]  # further ones are dropped
    return _product(shape, x, weight, x.shape[-1])


def _product(shape: Shape, one: Tensor, other: Tensor, inner: int, scratch: int = 0) -> Made:
    """Results that each sum up `inner` products; what is only read costs as well."""
    result = Tensor(shape, promote(one.dtype, other.dtype))
    return Made(result, 2 * result.count * max(inner, 1) + one.count + other.count, scratch=scratch)


def _matmul(arguments: Arguments) -> Made:
    """Batches that have to be repeated to meet are copied, so both operands count as scratch at their broadcast size."""
    one, other = arguments["self"], arguments["other"]
    require(one.rank > 0 and other.rank > 0)
    left = one.shape if one.rank > 1 else (1, *one.shape)
    right = other.shape if other.rank > 1 else (*other.shape, 1)
    require(left[-1] == right[-2])
    batch = broadcast(left[:-2], right[:-2])
    shape = (*batch, *((left[-2],) if one.rank > 1 else ()), *((right[-1],) if other.rank > 1 else ()))
    scratch = 0
    if batch:
        copies = math.prod(batch) * left[-1] * (left[-2] + right[-1])
        scratch = Tensor((copies,), promote(one.dtype, other.dtype)).bytes
    return _product(shape, one, other, left[-1], scratch)


def _of_rank(rank: int, one: Tensor, other: Tensor) -> Made:
    require(one.rank == other.rank == rank and one.shape[-1] == other.shape[-2] and one.shape[:-2] == other.shape[:-2])
    return _product((*one.shape[:-1], other.shape[-1]), one, other, one.shape[-1])


def _mm(arguments: Arguments) -> Made:
    return _of_rank(2, arguments["self"], arguments["mat2"])


def _bmm(arguments: Arguments) -> Made:
    return _of_rank(3, arguments["self"], arguments["mat2"])


def _addmm(arguments: Arguments) -> Made:
    return _of_rank(2, arguments["mat1"], arguments["mat2"])


def _baddbmm(arguments: Arguments) -> Made:
    return _of_rank(3, arguments["batch1"], arguments["batch2"])


def _bilinear(arguments: Arguments) -> Made:
    one, other, weight, bias = arguments["input1"], arguments["input2"], arguments["weight"], arguments.get("bias")
    require(one.rank == other.rank > 0 and weight.rank == 3 and one.shape[:-1] == other.shape[:-1])
    out, first, second = weight.shape
    require((one.shape[-1], other.shape[-1]) == (first, second))
    shape = (*one.shape[:-1], out)
    result = Tensor(shape if bias is None else broadcast(shape, bias.shape), promote(one.dtype, other.dtype))
    rows = math.prod(one.shape[:-1])
    between = Tensor((rows * max(out, second), first), result.dtype)
    return Made(result, 2 * rows * weight.count + one.count + other.count, scratch=2 * between.bytes)


def _attention(arguments: Arguments) -> Made:
    """Counted as if all scores were written down, as the plain implementation does.

    Operands are held to one another's sizes: what PyTorch makes of others depends on the implementation that it picks.
    """
    query, key, value = arguments["query"], arguments["key"], arguments["value"]
    require(min(query.rank, key.rank, value.rank) >= 2)
    batch = query.shape[:-2]
    cut = -3 if arguments.get("enable_gqa") else -2  # heads of keys and values may be fewer
    if key.shape[:-1] != value.shape[:-1] or key.shape[:cut] != query.shape[:cut] or key.rank != query.rank:
        raise Misfit
    rows, columns = query.shape[-2], key.shape[-2]
    result = Tensor((*batch, rows, value.shape[-1]), promote(query.dtype, key.dtype, value.dtype))
    scores = Tensor((*batch, rows, columns), result.dtype)
    operations = 2 * scores.count * (query.shape[-1] + value.shape[-1] + 5) + sum(x.count for x in (query, key, value))
    kept = (
        3 * scores.bytes + query.bytes + key.bytes
    )  # with dropout: its mask, scores before and after; scaled operands
    return Made(result, operations, scratch=kept, saved=kept)


def _einsum(arguments: Arguments) -> Made:
    """Any order of contraction stays within the product of all indices; two operands are multiplied in one go."""
    operands: tuple[Tensor, ...] = arguments["tensors"]
    labels = _labels(arguments["equation"], operands)
    terms, output, extents = labels
    result = Tensor(tuple(extents[label] for label in output), promote(*(x.dtype for x in operands)))
    everything = math.prod(extents.values())
    between = everything if len(terms) > 2 else 0
    copies = sum(x.bytes for x in operands) + 2 * result.bytes
    operations = 2 * everything * len(terms) + sum(x.count for x in (result, *operands))
    return Made(result, operations, scratch=copies + 2 * Tensor((between,), result.dtype).bytes)


def _labels(equation: str, operands: tuple[Tensor, ...]) -> tuple[list[list[str]], list[str], dict[str, int]]:
    """Index names of every operand, of the result, and the extent of each. Raises WillFail for text that says no sum."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    texts = left.split(",")
    require(bool(operands) and len(texts) == len(operands))
    terms = [_named(text, operand.rank) for text, operand in zip(texts, operands, strict=True)]
    extents: dict[str, int] = {}
    for names, operand in zip(terms, operands, strict=True):
        for name, size in zip(names, operand.shape, strict=True):
            if extents.setdefault(name, size) == 1:
                extents[name] = size
            require(size in (1, extents[name]))
    hidden = sorted((name for name in extents if len(name) > 1), key=lambda name: -int(name[1:]))
    if arrow:
        head, dots, tail = right.partition("...")
        output = [*head, *(hidden if dots else []), *tail]
    else:
        every = [name for names in terms for name in names]
        output = hidden + sorted((name for name in extents if every.count(name) == 1 and len(name) == 1), key=_order)
    require(all(name in extents for name in output) and len(set(output)) == len(output))
    return terms, output, extents


def _order(name: str) -> tuple[bool, str]:
    """Capital letters come first."""
    return (name.islower(), name)


def _named(text: str, rank: int) -> list[str]:
    """One name a dimension; those that dots stand for are counted from the last, as broadcasting does."""
    head, dots, tail = text.partition("...")
    letters = head + tail
    if not all(letter.isascii() and letter.isalpha() for letter in letters):
        raise WillFail
    hidden = rank - len(letters)
    require(hidden >= 0 if dots else hidden == 0)
    if hidden > 64:
        raise Unbounded
    return [*head, *(f".{hidden - at}" for at in range(hidden)), *tail]


RULES: dict[str, Rule] = {
    "aten.linear.default": _linear,
    "aten.matmul.default": _matmul,
    "aten.mm.default": _mm,
    "aten.bmm.default": _bmm,
    "aten.addmm.default": _addmm,
    "aten.baddbmm.default": _baddbmm,
    "aten.bilinear.default": _bilinear,
    "aten.einsum.default": _einsum,
    "aten.scaled_dot_product_attention.default": _attention,
}
