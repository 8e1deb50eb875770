"""MNIST and Fashion-MNIST, real and stand-in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.datasets import open_dataset
from grader.datasets.idx_images import parse_idx


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_real_images_and_labels(real_data: Path, name: str) -> None:
    data = open_dataset(name, "real")
    assert (data.task, data.input_shape, data.scale) == ("classification", (1, 28, 28), 1 / 255)
    assert (data.train_inputs.shape, data.train_inputs.dtype) == ((60000, 28, 28), "uint8")
    assert (data.train_targets.shape, data.train_targets.dtype) == ((60000,), "int64")
    assert (data.test_inputs.shape, data.test_inputs.dtype) == ((10000, 28, 28), "uint8")
    assert len(data.classes) == 10
    assert data.baseline is None
    assert np.bincount(data.held_out_targets()).sum() == 10000


def test_mnist_is_the_one_everyone_knows(real_data: Path) -> None:
    data = open_dataset("mnist", "real")
    assert data.train_targets.load()[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.held_out_targets()[:3].tolist() == [7, 2, 1]
    assert data.train_inputs.load().mean() / 255 == pytest.approx(0.1307, abs=1e-4)


def test_standin_has_the_layout_of_mnist() -> None:
    data = open_dataset("mnist", "standin")
    assert (data.variant, data.origin) == ("standin", "scikit-learn digits")
    assert data.train_inputs.shape == (30000, 28, 28)
    assert data.test_inputs.shape == (597, 28, 28)
    images = data.test_inputs.load()
    assert images.dtype == np.uint8 and images.min() == 0 and images.max() == 255
    assert np.bincount(data.held_out_targets(), minlength=10).min() > 40


def test_standin_shows_no_test_digit_in_training() -> None:
    data = open_dataset("mnist", "standin")
    seen = {image.tobytes() for image in data.train_inputs.load()}
    assert not [image for image in data.test_inputs.load() if image.tobytes() in seen]


def test_standin_is_the_same_everywhere() -> None:
    assert open_dataset("mnist", "standin").digest[:8] == MNIST_STANDIN


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0\x08", b"\0\0\x09\x01\0\0\0\x01\0", b"\0\0\x08\x01\0\0\0\x02\0", b"\0\0\x08\x01\0\0\0\x01\0\0"],
    ids=["empty", "cut", "other type", "too short", "too long"],
)
def test_bytes_that_are_no_idx_file(data: bytes) -> None:
    with pytest.raises(ValueError):
        parse_idx(data)


def test_idx_array() -> None:
    assert parse_idx(b"\0\0\x08\x02\0\0\0\x02\0\0\0\x01\x05\x06").tolist() == [[5], [6]]


MNIST_STANDIN = "0c38d26c"
