"""Operators that copy elements into another arrangement: repeats, joins and cuts, padding, enlarging, picking by index."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.evidence.sizing.tensors import (
    MAX_PIECES,
    Arguments,
    Made,
    Rule,
    Tensor,
    Unbounded,
    axes,
    axis,
    each,
    positive,
    promote,
    replaced,
    require,
    sizes,
    whole,
)


def _x(arguments: Arguments) -> Tensor:
    x: Tensor = arguments["self"]
    return x


def _repeat(arguments: Arguments) -> Made:
    x, times = _x(arguments), sizes(arguments["repeats"])
    require(len(times) >= x.rank)
    padded = (1,) * (len(times) - x.rank) + x.shape
    return whole(Tensor(positive(size * count for size, count in zip(padded, times, strict=True)), x.dtype))


def _cat(arguments: Arguments) -> Made:
    given: tuple[Tensor, ...] = arguments["tensors"]
    require(bool(given))
    dtype = promote(*(tensor.dtype for tensor in given))
    parts = [tensor for tensor in given if tensor.shape != (0,)]  # empty vectors join anything
    if not parts:
        return whole(Tensor((0,), dtype))
    require(parts[0].rank > 0)
    place = axis(arguments.get("dim", 0), parts[0].rank)
    shapes = {part.shape for part in parts}
    require(
        {len(shape) for shape in shapes} == {parts[0].rank} and len({replaced(shape, place) for shape in shapes}) == 1
    )
    shape = replaced(parts[0].shape, place, sum(part.shape[place] for part in parts))
    return whole(Tensor(shape, dtype), *parts)


def _stack(arguments: Arguments) -> Made:
    parts: tuple[Tensor, ...] = arguments["tensors"]
    require(bool(parts) and len({part.shape for part in parts}) == 1)
    place = axis(arguments.get("dim", 0), parts[0].rank + 1)
    shape = (*parts[0].shape[:place], len(parts), *parts[0].shape[place:])
    return whole(Tensor(shape, promote(*(part.dtype for part in parts))), *parts)


def _pieces(x: Tensor, place: int, lengths: Sequence[int]) -> Made:
    return Made(tuple(Tensor(replaced(x.shape, place, length), x.dtype) for length in lengths), len(lengths))


def _split(arguments: Arguments) -> Made:
    x, step = _x(arguments), arguments["split_size"]
    require(x.rank > 0 and step >= 0)
    place = axis(arguments.get("dim", 0), x.rank)
    return _even(x, place, step)


def _even(x: Tensor, place: int, step: int) -> Made:
    total = x.shape[place]
    require(step > 0 or total == 0)
    count = max(-(-total // step), 1) if step else 1
    _bounded(count)
    return _pieces(x, place, [min(step, total - at * step) for at in range(count)])


def _split_with_sizes(arguments: Arguments) -> Made:
    x, lengths = _x(arguments), positive(sizes(arguments["split_sizes"]))
    require(x.rank > 0)
    place = axis(arguments.get("dim", 0), x.rank)
    require(sum(lengths) == x.shape[place])
    return _pieces(x, place, lengths)


def _chunk(arguments: Arguments) -> Made:
    x, chunks = _x(arguments), arguments["chunks"]
    require(x.rank > 0 and chunks > 0)
    place = axis(arguments.get("dim", 0), x.rank)
    if x.shape[place] == 0:
        _bounded(chunks)
        return _pieces(x, place, [0] * chunks)
    return _even(x, place, -(-x.shape[place] // chunks))


def _unbind(arguments: Arguments) -> Made:
    x = _x(arguments)
    require(x.rank > 0)
    place = axis(arguments.get("dim", 0), x.rank)
    _bounded(x.shape[place])
    return Made((Tensor(replaced(x.shape, place), x.dtype),) * x.shape[place], x.shape[place])


def _bounded(count: int) -> None:
    if count > MAX_PIECES:
        raise Unbounded


def _pad(arguments: Arguments) -> Made:
    x, pad = _x(arguments), sizes(arguments["pad"])
    require(len(pad) % 2 == 0 and len(pad) // 2 <= x.rank)
    shape = list(x.shape)
    for at in range(len(pad) // 2):
        shape[-1 - at] += pad[2 * at] + pad[2 * at + 1]
    return whole(Tensor(positive(shape), x.dtype), x)


def _upsample(arguments: Arguments) -> Made:
    x: Tensor = arguments["input"]
    require(x.rank == 4)
    wanted, factors = arguments.get("output_size"), arguments.get("scale_factors")
    if wanted is None:
        require(factors is not None)
        factors = list(factors or ())
        if len(factors) != 2 or not all(map(math.isfinite, factors)):
            raise Unbounded
        wanted = [math.floor(size * factor) for size, factor in zip(x.shape[2:], factors, strict=True)]
    return whole(Tensor((*x.shape[:2], *positive(each(wanted, 2))), x.dtype), x, factor=8)


def _pixel_shuffle(arguments: Arguments) -> Made:
    x, factor = _x(arguments), arguments["upscale_factor"]
    require(x.rank >= 3 and factor > 0 and x.shape[-3] % factor**2 == 0)
    channels, height, width = x.shape[-3:]
    return whole(Tensor((*x.shape[:-3], channels // factor**2, height * factor, width * factor), x.dtype), x)


def _triangle(arguments: Arguments) -> Made:
    return whole(_x(arguments), _x(arguments))


def _gather(arguments: Arguments) -> Made:
    index: Tensor = arguments["index"]
    return whole(Tensor(index.shape, _x(arguments).dtype), index)


def _index_select(arguments: Arguments) -> Made:
    x, index = _x(arguments), arguments["index"]
    place = axis(arguments["dim"], x.rank)
    shape = replaced(x.shape, place, index.count) if x.rank else ()
    return whole(Tensor(shape, x.dtype), index)


def _embedding(arguments: Arguments) -> Made:
    weight, indices = arguments["weight"], arguments["indices"]
    require(weight.rank == 2)
    return whole(Tensor((*indices.shape, weight.shape[1]), weight.dtype), indices)


def _flip(arguments: Arguments) -> Made:
    axes(arguments["dims"], _x(arguments).rank)
    return whole(_x(arguments), _x(arguments))


RULES: dict[str, Rule] = {
    "aten.repeat.default": _repeat,
    "aten.cat.default": _cat,
    "aten.stack.default": _stack,
    "aten.split.Tensor": _split,
    "aten.split_with_sizes.default": _split_with_sizes,
    "aten.chunk.default": _chunk,
    "aten.unbind.int": _unbind,
    "aten.pad.default": _pad,
    "aten.constant_pad_nd.default": _pad,
    "aten.upsample_nearest2d.vec": _upsample,
    "aten.upsample_bilinear2d.vec": _upsample,
    "aten.pixel_shuffle.default": _pixel_shuffle,
    "aten.tril.default": _triangle,
    "aten.triu.default": _triangle,
    "aten.gather.default": _gather,
    "aten.index_select.default": _index_select,
    "aten.embedding.default": _embedding,
    "aten.flip.default": _flip,
}
