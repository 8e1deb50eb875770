"""Held-out items for two looks that decide nothing: before training, and at a lightly perturbed copy.

Both go to the child as plain arrays; the targets stay here, as always.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.datasets import DataSplit
from grader.evidence.frames import Array

LOOK_SIZE = 1_000  # items: the standard error of an accuracy stays below 1.6 points, at a tenth of a full look's time
JITTER = 0.05  # share of the pixels that take the value of the one beside them
NOISE = 0.02  # standard deviation, as a share of the range of the values: nobody sees it in a picture
NOISE_OF_BASELINE = 0.25  # … and in a series, as a share of the naive forecast's error: well below a day's change


@dataclass(frozen=True)
class Sample:
    """Some held-out items: `rows` says which, `inputs` (n, *item shape) is what the network gets to see."""

    rows: Array
    inputs: Array


def untouched(data: DataSplit, seed: int) -> Sample:
    """At most `LOOK_SIZE` held-out items as they are."""
    rows = np.sort(np.random.default_rng(seed).permutation(data.test_inputs.shape[0])[:LOOK_SIZE])
    return Sample(rows, np.ascontiguousarray(data.test_inputs.load()[rows]))


def perturbed(data: DataSplit, seed: int) -> Sample:
    """About `LOOK_SIZE` held-out items, several times each where there are fewer, and a little changed each time.

    In an image some pixels take the value of the pixel beside them; then all values get normal noise and keep their type
    and range. A person would give each the same label. Whole images are not shifted: a network of fully connected layers
    that knows its wafers by the place of every die falls from 83% to 26% for one pixel, and it has not cheated.
    """
    generator = np.random.default_rng(seed)
    held_out = data.test_inputs.shape[0]
    rows = np.sort(np.tile(generator.permutation(held_out), max(1, LOOK_SIZE // held_out))[:LOOK_SIZE])
    inputs = data.test_inputs.load()[rows].reshape(-1, *data.input_shape)
    if len(data.input_shape) == 3:
        inputs = _jittered(inputs, generator)
    return Sample(rows, _noisy(inputs, data, generator))


def _jittered(images: Array, generator: np.random.Generator) -> Array:
    """Images (n, channels, height, width) in which a share of the pixels has its left, right, upper or lower neighbour's
    value."""
    result = images.copy()
    chosen = generator.random(images.shape) / JITTER  # 0..1 for those that change, a quarter of it for each direction
    for index, (step, axis) in enumerate(((1, 2), (-1, 2), (1, 3), (-1, 3))):
        mine = (chosen >= index / 4) & (chosen < (index + 1) / 4)
        result[mine] = np.roll(images, step, axis)[mine]
    return result


def _noisy(inputs: Array, data: DataSplit, generator: np.random.Generator) -> Array:
    low, high = float(inputs.min()), float(inputs.max())
    size = data.baseline * NOISE_OF_BASELINE if data.baseline is not None else (high - low) * NOISE
    noisy = inputs + generator.normal(0.0, size, inputs.shape)
    if np.issubdtype(inputs.dtype, np.integer):
        noisy = np.clip(np.rint(noisy), low, high)
    return np.ascontiguousarray(noisy.astype(inputs.dtype))
