"""What a data set looks like to the rest of grader: four arrays in files, and what is known about them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Variant = Literal["full", "subset", "standin"]
Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class ArrayFile:
    """One array in a ``.npy`` file of its own, so that it can be memory-mapped and handed to another process."""

    path: Path
    shape: tuple[int, ...]
    dtype: str

    def open(self) -> int:
        """A read-only file descriptor; the caller closes it."""
        return os.open(self.path, os.O_RDONLY)

    def load(self) -> NDArray[Any]:
        """The array, mapped read-only: nothing is copied until it is used."""
        array: NDArray[Any] = np.load(self.path, mmap_mode="r", allow_pickle=False)
        return array


@dataclass(frozen=True)
class DataSplit:
    """A data set opened for training: inputs and targets to learn from, and inputs to be judged on.

    Inputs become float32 and are multiplied by `scale`. Class labels are int64 ``(N,)``, regression targets float32
    ``(N, 1)``. `input_shape` is the natural shape of one item; the trainer reshapes to what a rubric asks for.
    `baseline` is the held-out error of a prediction that needs no learning, in the units of the targets (None for
    classification). `digest` names the content: equal digests are equal data.

    Not covered: the held-out targets lie in a file like the rest. They stay secret because only the controller calls
    `held_out_targets` and no child process is handed that file.
    """

    name: str
    variant: Variant
    origin: str  # for people: "$GRADER_DATA", "cache", "download", or what a stand-in is made of
    task: Task
    input_shape: tuple[int, ...]
    scale: float
    classes: tuple[str, ...]
    train_inputs: ArrayFile
    train_targets: ArrayFile
    test_inputs: ArrayFile
    baseline: float | None
    digest: str
    _test_targets: ArrayFile = field(repr=False)

    def held_out_targets(self) -> NDArray[Any]:
        """Labels or targets of the test set. For the controller only: they never enter a child process."""
        return self._test_targets.load()


@dataclass(frozen=True)
class DatasetStatus:
    """What this machine has of one data set, for people who ask."""

    name: str
    folder: Path | None  # the data folder that holds the real files; None where only the stand-in can be had
    origin: str | None  # "$GRADER_DATA" or "cache"
    variant: Variant  # what `open_dataset` would give without a download
    verified: bool | None  # every checksum agrees; False: one does not; None: not compared yet, or none is known
    bytes: int  # of the real files
    fetchable: bool  # can be downloaded
