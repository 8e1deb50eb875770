"""A series of numbers drawn in one line of text."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
NOT_FINITE = "×"


def sparkline(values: Sequence[float], width: int = 40) -> str:
    """At most `width` characters, each the mean of its share of `values`; a share holding NaN or infinity shows as ×."""
    shares = [_mean(share) for share in _split(values, width)]
    finite = [value for value in shares if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    return "".join(_level(value, low, high) for value in shares)


def _split(values: Sequence[float], width: int) -> list[Sequence[float]]:
    count = min(len(values), max(width, 1))
    edges = [index * len(values) // count for index in range(count + 1)] if count else []
    return [values[start:stop] for start, stop in itertools.pairwise(edges)]


def _mean(values: Sequence[float]) -> float:
    return sum(value / len(values) for value in values)


def _level(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return NOT_FINITE
    if not math.isfinite(high - low) or high == low:  # flat, or a span beyond the floats
        return LEVELS[0]
    return LEVELS[min(len(LEVELS) - 1, int((value - low) / (high - low) * len(LEVELS)))]
