"""Sensible calls of the operators that arrange, join, cut, pick and create."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from small_shapes import FLOATS, TYPES, Call, Draw, alike, floats, shape

from grader.evidence.sizing.tensors import Tensor


def _arranged(name: str, draw: Callable[[Random, Tensor], Any]) -> Draw:
    def call_of(random: Random) -> Call:
        x = Tensor(shape(random, least=random.choice((0, 1, 1, 1))), random.choice(TYPES))
        return {"self": x, name: draw(random, x)}

    return call_of


def _sizes_of(random: Random, x: Tensor) -> list[int]:
    """Sizes that hold as many elements as `x`, with one of them left open now and then."""
    sizes, left = [], x.count
    for factor in (2, 3, 5, 4):
        if left and left % factor == 0 and random.random() < 0.6:
            sizes.append(factor)
            left //= factor
    sizes.insert(random.randint(0, len(sizes)), left if random.random() < 0.5 else -1)
    return sizes


def _unflatten(random: Random) -> Call:
    x = Tensor(shape(random, 3), "float32")
    dim = random.randint(0, 2)
    return {"self": x, "dim": dim, "sizes": _sizes_of(random, Tensor((x.shape[dim],), "float32"))}


def _permutation(random: Random, x: Tensor) -> list[int]:
    order = random.sample(range(x.rank), x.rank)
    return [place - x.rank if random.random() < 0.2 else place for place in order]


def _expanded(random: Random, x: Tensor) -> list[int]:
    new = [random.randint(0, 3) for _ in range(random.randint(0, 2))]
    return new + [-1 if random.random() < 0.3 else 4 if size == 1 else size for size in x.shape]


def _repeats(random: Random, x: Tensor) -> list[int]:
    return [random.randint(0, 3) for _ in range(x.rank + random.randint(0, 1))]


def _joined(stacked: bool) -> Draw:
    def draw(random: Random) -> Call:
        base, dtype = shape(random, random.randint(0 if stacked else 1, 3)), random.choice(TYPES)
        dim = random.randint(0, len(base) - (0 if stacked else 1))
        parts = []
        for _ in range(random.randint(1, 3)):
            sizes = list(base)
            if not stacked:
                sizes[dim] = random.randint(0, 4)
            empty = not stacked and random.random() < 0.1
            parts.append(
                Tensor((0,) if empty else tuple(sizes), dtype if random.random() < 0.8 else random.choice(TYPES))
            )
        return {"tensors": tuple(parts), "dim": dim}

    return draw


def _cut(random: Random) -> tuple[Tensor, int]:
    x = Tensor(shape(random, random.randint(1, 3), random.choice((0, 1))), random.choice(TYPES))
    return x, random.randrange(x.rank)


def _split(name: str) -> Draw:
    def draw(random: Random) -> Call:
        x, dim = _cut(random)
        return {"self": x, name: random.randint(1, 6), "dim": dim}

    return draw


def _split_with_sizes(random: Random) -> Call:
    x, dim = _cut(random)
    first = random.randint(0, x.shape[dim])
    return {"self": x, "split_sizes": [first, x.shape[dim] - first], "dim": dim}


def _slice(random: Random) -> Call:
    x, dim = _cut(random)
    ends = [random.choice((None, random.randint(-6, 7), 2**63 - 1)) for _ in range(2)]
    return {"self": x, "dim": dim, "start": ends[0], "end": ends[1], "step": random.randint(1, 3)}


def _narrow(random: Random) -> Call:
    x, dim = _cut(random)
    start = random.randint(0, x.shape[dim])
    return {"self": x, "dim": dim, "start": start, "length": random.randint(0, x.shape[dim] - start)}


def _select(random: Random) -> Call:
    x, dim = _cut(random)
    return {"self": x, "dim": dim, "index": random.randint(-x.shape[dim], x.shape[dim])}


def _pad(modes: bool) -> Draw:
    def draw(random: Random) -> Call:
        x = floats(*shape(random, random.randint(1, 4)))
        pad = [random.randint(-1 if not modes else 0, 2) for _ in range(2 * random.randint(1, min(x.rank, 2)))]
        made: Call = {"self": x, "pad": pad}
        return made | (
            {"mode": random.choice(("constant", "reflect", "replicate", "circular"))} if modes else {"value": 0.5}
        )

    return draw


def _upsample(random: Random) -> Call:
    x = floats(*shape(random, 4))
    made: Call = {"input": x, "output_size": None, "scale_factors": None}
    if random.random() < 0.5:
        made["output_size"] = [random.randint(1, 7), random.randint(1, 7)]
    else:
        made["scale_factors"] = [random.choice((0.5, 1.5, 2.0, 2.7)) for _ in range(2)]
    return made


def _shuffle(random: Random) -> Call:
    factor = random.randint(1, 3)
    return {"self": floats(*shape(random, random.randint(0, 2)), factor**2 * 2, 2, 3), "upscale_factor": factor}


def _gather(random: Random) -> Call:
    x, dim = _cut(random)
    index = tuple(random.randint(0, size) for size in x.shape)
    return {"self": x, "dim": dim, "index": Tensor(index, "int64")}


def _index_select(random: Random) -> Call:
    x, dim = _cut(random)
    return {"self": x, "dim": dim, "index": Tensor((random.randint(0, 4),), "int64")}


def _embedding(random: Random) -> Call:
    return {"weight": floats(*shape(random, 2)), "indices": Tensor(shape(random), "int64")}


def _where(scalar: bool) -> Draw:
    def draw(random: Random) -> Call:
        x = Tensor(shape(random), random.choice(TYPES))
        other = random.choice((0.5, 2, True)) if scalar else Tensor(alike(random, x.shape), random.choice(TYPES))
        return {"condition": Tensor(alike(random, x.shape), "bool"), "self": x, "other": other}

    return draw


def _masked(random: Random) -> Call:
    x = Tensor(shape(random), random.choice(FLOATS))
    return {"self": x, "mask": Tensor(alike(random, x.shape), "bool"), "value": 1.5}


def _like_sizes(random: Random, x: Tensor) -> list[int]:
    return list(shape(random))


ARRANGEMENTS: dict[str, Draw] = {
    "aten.view.default": _arranged("size", _sizes_of),
    "aten.reshape.default": _arranged("shape", _sizes_of),
    "aten.unflatten.int": _unflatten,
    "aten.permute.default": _arranged("dims", _permutation),
    "aten.expand.default": _arranged("size", _expanded),
    "aten.repeat.default": _arranged("repeats", _repeats),
    "aten.new_zeros.default": _arranged("size", _like_sizes),
    "aten.new_ones.default": _arranged("size", _like_sizes),
    "aten.cat.default": _joined(stacked=False),
    "aten.stack.default": _joined(stacked=True),
    "aten.split.Tensor": _split("split_size"),
    "aten.chunk.default": _split("chunks"),
    "aten.split_with_sizes.default": _split_with_sizes,
    "aten.slice.Tensor": _slice,
    "aten.narrow.default": _narrow,
    "aten.select.int": _select,
    "aten.pad.default": _pad(modes=True),
    "aten.constant_pad_nd.default": _pad(modes=False),
    "aten.upsample_nearest2d.vec": _upsample,
    "aten.upsample_bilinear2d.vec": lambda random: _upsample(random) | {"align_corners": random.random() < 0.5},
    "aten.pixel_shuffle.default": _shuffle,
    "aten.gather.default": _gather,
    "aten.index_select.default": _index_select,
    "aten.embedding.default": _embedding,
    "aten.where.self": _where(scalar=False),
    "aten.where.ScalarOther": _where(scalar=True),
    "aten.masked_fill.Scalar": _masked,
    "aten.numpy_T.default": lambda random: {"self": floats(*shape(random, random.randint(0, 3)))},
    "aten.t.default": lambda random: {"self": floats(*shape(random, random.randint(0, 2)))},
    "aten.arange.default": lambda random: {"end": random.choice((0, 3, 2.5, 7))},
    "aten.arange.start": lambda random: {"start": random.choice((0, 1.5, -2)), "end": random.choice((3, 2.5, 9))},
}
