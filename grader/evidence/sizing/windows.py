"""Operators that slide a window over their input: convolution and pooling.

Source of the size formulas: the documentation of torch.nn.Conv2d, ConvTranspose2d and MaxPool2d.
"""

from __future__ import annotations

import math

from grader.evidence.sizing.tensors import Arguments, Made, Rule, Shape, Tensor, each, promote, require, sizes

GROUP_OPERATIONS = 10**5  # a group that is computed by itself costs a call, however small it is


def _convolution(rank: int) -> Rule:
    """A convolution over `rank` dimensions."""

    def rule(arguments: Arguments) -> Made:
        x, weight = arguments["input"], arguments["weight"]
        require(weight.rank == rank + 2 and x.rank in (rank + 1, rank + 2))
        kernel, stride = weight.shape[2:], each(arguments.get("stride", 1), rank)
        dilation = each(arguments.get("dilation", 1), rank)
        require(min(stride) > 0)
        padded = _padded(arguments.get("padding", 0), x.shape[-rank:], kernel, stride, dilation)
        spans = [reach * (size - 1) + 1 for reach, size in zip(dilation, kernel, strict=True)]
        require(all(size >= span for size, span in zip(padded, spans, strict=True)))
        out = [(size - span) // step + 1 for size, span, step in zip(padded, spans, stride, strict=True)]
        return _convolved(arguments, (*x.shape[: -rank - 1], weight.shape[0], *out), math.prod(weight.shape[1:]))

    return rule


def _convolved(arguments: Arguments, shape: Shape, products: int) -> Made:
    """A result of this shape, every element of which sums up so many products."""
    x, weight, groups = arguments["input"], arguments["weight"], arguments.get("groups", 1)
    require(groups > 0)
    result = Tensor(shape, promote(x.dtype, weight.dtype))
    operations = 2 * result.count * max(products, 1) + x.count + weight.count + groups * GROUP_OPERATIONS
    return Made(result, operations, scratch=x.bytes + weight.bytes)


def _padded(padding: int | list[int] | str, size: Shape, kernel: Shape, stride: Shape, dilation: Shape) -> Shape:
    """The input's extent with its padding. ``same`` keeps the extent for stride 1, whatever the kernel."""
    if isinstance(padding, str):
        require(padding in ("same", "valid"))
        if padding == "valid":
            return size
        require(set(stride) == {1})
        return tuple(extent + reach * (width - 1) for extent, reach, width in zip(size, dilation, kernel, strict=True))
    around = each(padding, len(size))
    require(min(around) >= 0)
    return tuple(extent + 2 * more for extent, more in zip(size, around, strict=True))


def _transposed(arguments: Arguments) -> Made:
    x, weight, groups = arguments["input"], arguments["weight"], arguments.get("groups", 1)
    require(weight.rank == 4 and x.rank in (3, 4))
    stride, dilation = each(arguments.get("stride", 1), 2), each(arguments.get("dilation", 1), 2)
    padding, more = each(arguments.get("padding", 0), 2), each(arguments.get("output_padding", 0), 2)
    require(min(stride) > 0)
    out = tuple(
        (size - 1) * step - 2 * around + reach * (width - 1) + extra + 1
        for size, step, around, reach, width, extra in zip(
            x.shape[-2:], stride, padding, dilation, weight.shape[2:], more, strict=True
        )
    )
    require(min(out) >= 0)
    made = _convolved(arguments, (*x.shape[:-3], weight.shape[1] * max(groups, 1), *out), 1)
    return Made(made.value, made.operations + 2 * x.count * math.prod(weight.shape[1:]), made.scratch + x.bytes)


def _pooling(rank: int, *, largest: bool) -> Rule:
    """Pooling over `rank` dimensions; for the backward pass the place of each `largest` element is kept."""

    def rule(arguments: Arguments) -> Made:
        x: Tensor = arguments["self"]
        require(x.rank in (rank + 1, rank + 2))
        kernel = each(arguments["kernel_size"], rank)
        stride = each(sizes(arguments.get("stride", ())) or kernel, rank)
        padding, dilation = each(arguments.get("padding", 0), rank), each(arguments.get("dilation", 1), rank)
        require(min(*kernel, *stride, *dilation) > 0 and min(padding) >= 0)
        ceil = bool(arguments.get("ceil_mode"))
        windows = zip(x.shape[-rank:], kernel, stride, padding, dilation, strict=True)
        out = [_pooled(*window, ceil) for window in windows]
        require(min(out) >= 1)
        result = Tensor((*x.shape[:-rank], *out), x.dtype)
        reach = math.prod(min(width, size) for width, size in zip(kernel, x.shape[-rank:], strict=True))
        places = 8 * result.count if largest else 0
        return Made(result, result.count * max(reach, 1) + x.count, scratch=places, saved=places)

    return rule


def _pooled(size: int, width: int, step: int, around: int, reach: int, ceil: bool) -> int:
    span = reach * (width - 1) + 1
    out = (size + 2 * around - span + (step - 1 if ceil else 0)) // step + 1
    return out - 1 if ceil and (out - 1) * step >= size + around else out


def _adaptive(rank: int, *, indices: bool) -> Rule:
    """Pooling to a given size: windows overlap by at most one element at either end."""

    def rule(arguments: Arguments) -> Made:
        x: Tensor = arguments["self"]
        require(x.rank >= rank)
        out = each(arguments["output_size"], rank)
        require(min(out) >= 0)
        result = Tensor((*x.shape[:-rank], *out), x.dtype)
        reach = math.prod(size // max(to, 1) + 2 for size, to in zip(x.shape[-rank:], out, strict=True))
        places = Tensor(result.shape, "int64")
        return Made((result, places) if indices else result, result.count * reach + x.count)

    return rule


RULES: dict[str, Rule] = {
    **{f"aten.conv{rank}d.default": _convolution(rank) for rank in (1, 2, 3)},
    **{f"aten.conv{rank}d.padding": _convolution(rank) for rank in (1, 2)},
    "aten.conv_transpose2d.input": _transposed,
    **{f"aten.max_pool{rank}d.default": _pooling(rank, largest=True) for rank in (1, 2, 3)},
    **{f"aten.avg_pool{rank}d.default": _pooling(rank, largest=False) for rank in (1, 2)},
    **{f"aten.adaptive_avg_pool{rank}d.default": _adaptive(rank, indices=False) for rank in (1, 2)},
    "aten.adaptive_max_pool2d.default": _adaptive(2, indices=True),
}
