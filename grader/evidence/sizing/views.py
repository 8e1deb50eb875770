"""Operators that show elements in another shape: views, and what may be one."""

from __future__ import annotations

import math

from grader.evidence.sizing.tensors import (
    Arguments,
    Made,
    Rule,
    Shape,
    Tensor,
    Unbounded,
    WillFail,
    axis,
    positive,
    replaced,
    require,
    sizes,
    view,
    whole,
)


def _x(arguments: Arguments) -> Tensor:
    x: Tensor = arguments["self"]
    return x


def _inferred(count: int, wanted: Shape) -> Shape:
    """`wanted` with its one -1 filled in, for `count` elements."""
    if wanted.count(-1) > 1:
        raise WillFail
    known = math.prod(positive(size for size in wanted if size != -1))
    if -1 not in wanted:
        require(known == count)
        return wanted
    require(known > 0 and count % known == 0)
    return tuple(count // known if size == -1 else size for size in wanted)


def _view(arguments: Arguments) -> Made:
    x = _x(arguments)
    return view(Tensor(_inferred(x.count, sizes(arguments["size"])), x.dtype))


def _reshape(arguments: Arguments) -> Made:
    x = _x(arguments)
    return whole(Tensor(_inferred(x.count, sizes(arguments["shape"])), x.dtype))


def _flatten(arguments: Arguments) -> Made:
    x = _x(arguments)
    first, last = axis(arguments.get("start_dim", 0), x.rank), axis(arguments.get("end_dim", -1), x.rank)
    require(first <= last)
    middle = math.prod(x.shape[first : last + 1])
    return whole(Tensor((*x.shape[:first], middle, *x.shape[last + 1 :]), x.dtype))


def _unflatten(arguments: Arguments) -> Made:
    x = _x(arguments)
    require(x.rank > 0)
    place = axis(arguments["dim"], x.rank)
    return view(Tensor(replaced(x.shape, place, *_inferred(x.shape[place], sizes(arguments["sizes"]))), x.dtype))


def _permute(arguments: Arguments) -> Made:
    x = _x(arguments)
    order = [axis(dim, x.rank) for dim in sizes(arguments["dims"])]
    require(len(set(order)) == len(order) == x.rank)
    return view(Tensor(tuple(x.shape[place] for place in order), x.dtype))


def _swapped(x: Tensor, first: int, second: int) -> Made:
    shape = list(x.shape)
    if shape:
        shape[first], shape[second] = shape[second], shape[first]
    return view(Tensor(tuple(shape), x.dtype))


def _transpose(arguments: Arguments) -> Made:
    x = _x(arguments)
    return _swapped(x, axis(arguments["dim0"], x.rank), axis(arguments["dim1"], x.rank))


def _t(arguments: Arguments) -> Made:
    x = _x(arguments)
    require(x.rank <= 2)
    return _swapped(x, 0, x.rank - 1)


def _numpy_t(arguments: Arguments) -> Made:
    x = _x(arguments)
    return view(Tensor(tuple(reversed(x.shape)), x.dtype))


def _squeeze(arguments: Arguments) -> Made:
    x = _x(arguments)
    dims = arguments.get("dim")
    places = frozenset(range(x.rank)) if dims is None else frozenset(axis(dim, x.rank) for dim in sizes(dims))
    return view(Tensor(tuple(size for at, size in enumerate(x.shape) if size != 1 or at not in places), x.dtype))


def _unsqueeze(arguments: Arguments) -> Made:
    x = _x(arguments)
    place = axis(arguments["dim"], x.rank + 1)
    return view(Tensor((*x.shape[:place], 1, *x.shape[place:]), x.dtype))


def _select(arguments: Arguments) -> Made:
    x = _x(arguments)
    require(x.rank > 0)
    place, index = axis(arguments["dim"], x.rank), arguments["index"]
    require(-x.shape[place] <= index < x.shape[place])
    return view(Tensor(replaced(x.shape, place), x.dtype))


def _slice(arguments: Arguments) -> Made:
    x = _x(arguments)
    require(x.rank > 0)
    place, step = axis(arguments.get("dim", 0), x.rank), arguments.get("step", 1)
    require(step > 0)
    kept = len(range(x.shape[place])[arguments.get("start") : arguments.get("end") : step])
    return view(Tensor(replaced(x.shape, place, kept), x.dtype))


def _narrow(arguments: Arguments) -> Made:
    x = _x(arguments)
    require(x.rank > 0)
    place, length = axis(arguments["dim"], x.rank), arguments["length"]
    require(0 <= length <= x.shape[place])
    return view(Tensor(replaced(x.shape, place, length), x.dtype))


def _movedim(arguments: Arguments) -> Made:
    x = _x(arguments)
    source, destination = axis(arguments["source"], x.rank), axis(arguments["destination"], x.rank)
    order = [place for place in range(x.rank) if place != source]
    if x.rank:
        order.insert(destination, source)
    return view(Tensor(tuple(x.shape[place] for place in order), x.dtype))


def _expand(arguments: Arguments) -> Made:
    """A view, and yet bounded like a copy: whoever uses it walks over every element."""
    x, wanted = _x(arguments), sizes(arguments["size"])
    require(len(wanted) >= x.rank)
    new = len(wanted) - x.rank
    if min(wanted[new:], default=0) < -1 or min(wanted[:new], default=0) < 0:
        raise Unbounded
    shape = positive(x.shape[at - new] if size == -1 else size for at, size in enumerate(wanted))
    require(all(old in (1, size) for old, size in zip(x.shape, shape[new:], strict=True)))
    return view(Tensor(shape, x.dtype))


def _sym_size(arguments: Arguments) -> Made:
    x = _x(arguments)
    require(x.rank > 0)
    return Made(x.shape[axis(arguments["dim"], x.rank)], 1)


RULES: dict[str, Rule] = {
    "aten.view.default": _view,
    "aten.reshape.default": _reshape,
    "aten.flatten.using_ints": _flatten,
    "aten.unflatten.int": _unflatten,
    "aten.permute.default": _permute,
    "aten.transpose.int": _transpose,
    "aten.t.default": _t,
    "aten.numpy_T.default": _numpy_t,
    **{f"aten.squeeze.{name}": _squeeze for name in ("default", "dim", "dims")},
    "aten.unsqueeze.default": _unsqueeze,
    "aten.select.int": _select,
    "aten.slice.Tensor": _slice,
    "aten.narrow.default": _narrow,
    "aten.movedim.int": _movedim,
    "aten.expand.default": _expand,
    "aten.sym_size.int": _sym_size,
}
