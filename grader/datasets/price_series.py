"""Stand-in for stock prices: 251 made-up trading days in the six columns of a Yahoo download."""

from __future__ import annotations

import itertools

import numpy as np

from grader.datasets.provider import Array

STANDIN = "generated prices"
SEED = 20263
DAYS = 251
LEVEL, PULL, SPREAD = 2_600.0, 0.03, 60.0  # where prices tend to, how strongly each day, how far a day takes them


def draw_prices() -> dict[str, Array]:
    """Columns by name, each (251,) float64: prices to the cent, volumes in shares.

    Prices wander and are drawn back to a level, so the last fifth of the days stays in the range of the first four
    fifths, as on AMZN in 2020: a network that was scaled on the first part can follow the second.
    """
    luck = np.random.Generator(np.random.PCG64(SEED))
    steps = luck.normal(0, SPREAD, DAYS).tolist()
    walk = itertools.accumulate(steps, lambda price, step: price + PULL * (LEVEL - price) + step, initial=LEVEL)
    close = np.round(np.array(list(walk)[1:]), 2)
    opened = np.round(np.concatenate([close[:1], close[:-1]]) + luck.normal(0, 15, DAYS), 2)
    high = np.round(np.maximum(opened, close) + np.abs(luck.normal(0, 20, DAYS)), 2)
    low = np.round(np.minimum(opened, close) - np.abs(luck.normal(0, 20, DAYS)), 2)
    volume = np.round(np.exp(luck.normal(15.2, 0.35, DAYS)))
    return {"Open": opened, "High": high, "Low": low, "Close": close, "Adj Close": close, "Volume": volume}
