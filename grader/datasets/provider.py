"""What a data set has to say for itself. To add one: subclass `Provider` and list an instance in `providers.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from grader.datasets.split import Variant
from grader.errors import DataUnavailable

Array = NDArray[Any]
Options = Mapping[str, Any]


@dataclass(frozen=True)
class SourceFile:
    """One file of real data: where it lies within a data folder and, where it is published, its checksum and size."""

    path: str
    md5: str | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class Arrays:
    """A decoded data set in memory. Classes make it a classification; without them it is a regression."""

    train_inputs: Array
    train_targets: Array
    test_inputs: Array
    test_targets: Array
    input_shape: tuple[int, ...]
    scale: float = 1.0
    classes: tuple[str, ...] = ()
    baseline: float | None = None


class Provider(ABC):
    """One data set: its real files, how to read them, and what stands in when there are none."""

    name: str
    variant: Variant = "full"  # of the real files
    version: int = 1  # raise it when `decode` or `generate` change what they return: cached arrays are then made anew
    mirrors: tuple[str, ...] = ()  # addresses that hold the files by their last name; empty: cannot be downloaded
    standin: str  # what the stand-in is made of, for people

    def options(self, given: Options) -> Options:
        """The options in full: `given`, checked, and the defaults. Raises DataUnavailable for one that cannot be."""
        for option in given:
            raise DataUnavailable("datasets.no_options", name=self.name, option=option)
        return {}

    @abstractmethod
    def files(self, options: Options) -> tuple[SourceFile, ...]:
        """The real files that are needed under these options."""

    @abstractmethod
    def decode(self, folder: Path, options: Options) -> Arrays:
        """The arrays in the real files below `folder`. Raises ValueError, KeyError or OSError for damaged content."""

    @abstractmethod
    def generate(self, options: Options) -> Arrays:
        """The stand-in: deterministic, the same on every machine, made in seconds, with the real data's layout."""
