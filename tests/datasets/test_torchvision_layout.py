"""The folder from which torchvision reads inside the sandbox."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.datasets import open_dataset, torchvision_root


def test_none_without_real_data(no_data: None) -> None:
    assert torchvision_root() is None


def test_files_are_unpacked_once(real_data: Path) -> None:
    root = torchvision_root()
    assert root is not None and (root / "MNIST/raw/train-images-idx3-ubyte").stat().st_size == 47_040_016
    before = root.stat().st_mtime_ns
    assert torchvision_root() == root and root.stat().st_mtime_ns == before


def test_torchvision_reads_it_without_a_download(real_data: Path) -> None:
    try:
        from torchvision.datasets import MNIST, FashionMNIST
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"torchvision does not load here: {error}")
    root = torchvision_root(("mnist", "fashion_mnist"))
    ours = open_dataset("mnist")
    for download in (False, True):
        theirs = MNIST(str(root), train=False, download=download)
        assert np.array_equal(theirs.data.numpy(), ours.test_inputs.load())
    assert len(FashionMNIST(str(root), train=True, download=False)) == 60000
