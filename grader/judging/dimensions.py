"""Shapes for any batch size, read from two: ``(N, 32, 28, 28)``."""

from __future__ import annotations

from collections.abc import Sequence


def symbolic(shapes: Sequence[Sequence[int]], batches: Sequence[int]) -> str:
    """One text for the shapes that a result had at `batches`. A size that grows with the batch is written ``N``, ``2·N``, …"""
    if not shapes:
        return "?"
    if len({len(shape) for shape in shapes}) > 1:
        return " / ".join(_plain(shape) for shape in shapes)
    sizes = [_size(column, batches) for column in zip(*shapes, strict=True)]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _size(sizes: tuple[int, ...], batches: Sequence[int]) -> str:
    if len(set(sizes)) == 1 and (len(sizes) > 1 or sizes[0] != batches[0]):
        return str(sizes[0])
    if all(batch and size % batch == 0 for size, batch in zip(sizes, batches, strict=False)):
        factors = {size // batch for size, batch in zip(sizes, batches, strict=False)}
        if len(factors) == 1:
            factor = factors.pop()
            return "N" if factor == 1 else f"{factor}·N"
    return "|".join(map(str, sizes))


def _plain(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"
