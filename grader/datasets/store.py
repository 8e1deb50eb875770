"""The cache on disk: folders that appear whole or not at all, and arrays in them that can be memory-mapped."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.datasets.provider import Arrays
from grader.datasets.split import ArrayFile
from grader.errors import DataUnavailable

ARRAY_NAMES = ("train_inputs", "train_targets", "test_inputs", "test_targets")
FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Stored:
    """A data set as it lies in the cache: its arrays by name, and what is known of them."""

    arrays: dict[str, ArrayFile]
    input_shape: tuple[int, ...]
    scale: float
    classes: tuple[str, ...]
    baseline: float | None
    digest: str


def publish(target: Path, fill: Callable[[Path], None]) -> None:
    """Make the folder `target` by letting `fill` write a temporary one beside it, which is then synced and renamed.

    When another process was faster, its folder stays and ours is dropped.

    Raises:
        DataUnavailable: The disk is full, or the cache cannot be written.
    """
    building = _temporary(target)
    with write_errors(target):
        building.mkdir(parents=True)
        try:
            fill(building)
            for path in building.rglob("*"):
                _sync(path)
            _rename_folder(building, target)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def write_file(target: Path, write: Callable[[Path], None]) -> None:
    """Make the file `target` by letting `write` write a temporary one beside it, which is then synced and renamed.

    Raises:
        DataUnavailable: The disk is full, or the cache cannot be written. What `write` raises otherwise passes.
    """
    building = _temporary(target)
    with write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        write(building)
        with write_errors(target):
            _sync(building)
            building.replace(target)
    finally:
        building.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write a small file whole. Raises DataUnavailable."""
    with write_errors(target):
        write_file(target, lambda path: _write_utf8(path, text))


def save_arrays(target: Path, arrays: Arrays) -> None:
    """Put a decoded data set into the folder `target`. Raises DataUnavailable, as `publish` does."""

    def fill(folder: Path) -> None:
        known: dict[str, Any] = {"bytes": {}, "shape": {}, "dtype": {}}
        for name, array in _named(arrays):
            path = folder / f"{name}.npy"
            _write_array(path, array)
            known["bytes"][name] = path.stat().st_size
            known["shape"][name] = array.shape
            known["dtype"][name] = array.dtype.name
        known |= _description(arrays)
        _write_utf8(folder / "about.json", json.dumps(known | {"digest": digest(arrays)}))

    publish(target, fill)


def load_arrays(folder: Path) -> Stored | None:
    """The data set in a cache folder; None when there is none or when a file of it has lost bytes."""
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        files = {
            name: ArrayFile(folder / f"{name}.npy", tuple(about["shape"][name]), about["dtype"][name])
            for name in ARRAY_NAMES
        }
        if any(file.path.stat().st_size != about["bytes"][name] for name, file in files.items()):
            return None
    except (OSError, ValueError, KeyError):
        return None
    shape, classes = tuple(about["input_shape"]), tuple(about["classes"])
    return Stored(files, shape, about["scale"], classes, about["baseline"], about["digest"])


def remove(folder: Path) -> None:
    """Drop a damaged cache folder, so that it can be made anew."""
    shutil.rmtree(folder, ignore_errors=True)


def digest(arrays: Arrays) -> str:
    """sha256 over the names, types, shapes and content of the arrays and over how they are to be read."""
    total = hashlib.sha256(json.dumps(_description(arrays), sort_keys=True).encode())
    for name, array in _named(arrays):
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _description(arrays: Arrays) -> dict[str, Any]:
    # Everything but the arrays, as JSON values.
    return {key: value for key, value in vars(arrays).items() if key not in ARRAY_NAMES}


def _named(arrays: Arrays) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    return ((name, getattr(arrays, name)) for name in ARRAY_NAMES)


def _temporary(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}")


def _rename_folder(building: Path, target: Path) -> None:
    try:
        building.rename(target)
    except OSError:
        if not target.is_dir():  # not the race that we expect
            raise


def _sync(path: Path) -> None:
    if path.is_file():
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _write_array(path: Path, array: np.ndarray[Any, Any]) -> None:
    array = np.ascontiguousarray(array)
    with path.open("wb") as file:  # np.save would lose the errno of a full disk
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
        file.write(array.data)


def _write_utf8(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@contextmanager
def write_errors(target: Path) -> Iterator[None]:
    """OSErrors inside become DataUnavailable: the disk is full, or `target` cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DataUnavailable("datasets.disk_full", folder=str(target.parent)) from error
        raise DataUnavailable("datasets.not_writable", folder=str(target.parent), reason=error.strerror) from error
