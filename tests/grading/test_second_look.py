"""The samples of the two looks beside training: items as they are, and items a little changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.datasets.split import ArrayFile, DataSplit
from grader.grading.second_look import JITTER, LOOK_SIZE, NOISE, NOISE_OF_BASELINE, perturbed, untouched


def split(folder: Path, inputs: Any, shape: tuple[int, ...], baseline: float | None = None) -> DataSplit:
    np.save(folder / "inputs.npy", inputs)
    file = ArrayFile(folder / "inputs.npy", inputs.shape, inputs.dtype.name)
    task: Any = "classification" if baseline is None else "regression"
    return DataSplit("d", "full", "here", task, shape, 1.0, (), file, file, file, baseline, "digest", file)


@pytest.fixture
def images(tmp_path: Path) -> DataSplit:
    generator = np.random.default_rng(0)
    blurred = generator.integers(0, 256, (1_500, 7, 7)).repeat(4, 1).repeat(4, 2)
    return split(tmp_path, blurred.astype("uint8"), (1, 28, 28))


def test_items_as_they_are_come_once_each(images: DataSplit) -> None:
    """At most a thousand, others for another seed."""
    sample = untouched(images, 3)
    assert len(sample.rows) == LOOK_SIZE == len(set(sample.rows))
    np.testing.assert_array_equal(sample.inputs, images.test_inputs.load()[sample.rows])
    assert not np.array_equal(sample.rows, untouched(images, 4).rows)


def test_a_small_set_is_shown_whole_and_changed_several_times(tmp_path: Path) -> None:
    """Every copy has a noise of its own, and rows say which item it was."""
    data = split(tmp_path, np.random.default_rng(0).random((51, 10, 6), "float32"), (10, 6), 0.1)
    assert sorted(untouched(data, 0).rows) == list(range(51))
    sample = perturbed(data, 0)
    assert len(sample.rows) == 51 * 19 and set(np.bincount(sample.rows)) == {19}
    noise = sample.inputs - data.test_inputs.load()[sample.rows]
    assert noise.std() == pytest.approx(0.1 * NOISE_OF_BASELINE, rel=0.05) and sample.inputs.dtype == np.float32
    assert len(np.unique(sample.inputs, axis=0)) == len(sample.inputs)


def test_images_stay_images(images: DataSplit) -> None:
    """Type, range and nearly all of each picture; yet not one of them is the same."""
    sample = perturbed(images, 5)
    plain = images.test_inputs.load()[sample.rows].reshape(-1, 1, 28, 28)
    assert sample.inputs.shape == plain.shape and sample.inputs.dtype == np.uint8
    change = np.abs(sample.inputs.astype(int) - plain)
    assert (change > 5 * 255 * NOISE).mean() < JITTER
    assert change.reshape(len(plain), -1).max(1).min() > 0
    np.testing.assert_array_equal(perturbed(images, 5).inputs, sample.inputs)


def test_few_values_stay_few(tmp_path: Path) -> None:
    """A wafer map of 0, 1 and 2 has no 1.04: only places change."""
    maps = np.random.default_rng(0).integers(0, 3, (40, 64, 64)).astype("uint8")
    sample = perturbed(split(tmp_path, maps, (1, 64, 64)), 0)
    assert set(np.unique(sample.inputs)) == {0, 1, 2}
    assert 0 < (sample.inputs[:, 0] != maps[sample.rows]).mean() < JITTER
