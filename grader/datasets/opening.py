"""Opening a data set: find it, decode it once, hand out memory-mapped files."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.datasets.checksums import expected_checksum, remembered, verify
from grader.datasets.download import fetch
from grader.datasets.places import Progress, Source, cache_folder, data_folders, download_folder
from grader.datasets.provider import Arrays, Options, Provider
from grader.datasets.providers import PROVIDERS, provider_named
from grader.datasets.split import DatasetStatus, DataSplit, Variant
from grader.datasets.store import Stored, load_arrays, remove, save_arrays
from grader.errors import DataUnavailable
from grader.messages import Message

UNREADABLE = (OSError, EOFError, ValueError, KeyError, csv.Error, zlib.error, zipfile.BadZipFile)


@dataclass(frozen=True)
class Found:
    """Real files: the data folder they lie in, and its name for people."""

    origin: str
    folder: Path


def open_dataset(
    name: str,
    source: Source = "auto",
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> DataSplit:
    """The data set called `name`, decoded and ready to be memory-mapped.

    "auto" looks in `$GRADER_DATA`, in the cache, asks the mirrors, and takes the stand-in last. "real" is the same
    without the stand-in; "standin" is nothing else.

    Raises:
        DataUnavailable: No such data set or option; no real data under "real"; a file is damaged (it is never passed
            over for a stand-in); the disk is full.
    """
    provider = provider_named(name)
    chosen = provider.options(options or {})
    if source == "standin":
        return _open_standin(provider, chosen)
    found = find(provider, chosen)
    if found is None:
        why_not = fetch(provider, chosen, progress)
        if why_not is None:
            found = Found("download", download_folder())
        elif source == "real":
            raise _missing(provider, chosen, why_not)
    return _open_real(provider, chosen, found) if found else _open_standin(provider, chosen)


def fetch_dataset(name: str, options: Mapping[str, Any] | None = None, progress: Progress | None = None) -> Path:
    """The data folder that now holds the real files, downloaded if need be; a damaged download is replaced.

    Raises:
        DataUnavailable: They are nowhere and cannot be downloaded, and why; or a file that is not ours is damaged.
    """
    provider = provider_named(name)
    chosen = provider.options(options or {})
    found = find(provider, chosen)
    if found and (found.folder != download_folder() or not provider.mirrors):
        verified_files(provider, chosen, found)
        return found.folder
    why_not = fetch(provider, chosen, progress)
    if why_not:
        raise _missing(provider, chosen, why_not)
    return download_folder()


def find(provider: Provider, options: Options) -> Found | None:
    """The first data folder that holds every real file of this data set."""
    for origin, folder in data_folders():
        if all(_is_file(folder / file.path) for file in provider.files(options)):
            return Found(origin, folder)
    return None


def verified_files(provider: Provider, options: Options, found: Found) -> list[str]:
    """The sha256 of every real file, each compared with its published checksum. Raises DataUnavailable."""
    try:
        return [verify(found.folder, file).sha256 for file in provider.files(options)]
    except OSError as error:
        raise DataUnavailable("datasets.unreadable", file=str(error.filename), reason=str(error.strerror)) from error


def data_status(*, verify_now: bool = False) -> list[DatasetStatus]:
    """What this machine has of every data set, with its default options; nothing is downloaded.

    With `verify_now` every file is read again and compared with its checksum.
    """
    return [_status(provider, verify_now) for provider in PROVIDERS.values()]


def _status(provider: Provider, verify_now: bool) -> DatasetStatus:
    options = provider.options({})
    found = find(provider, options)
    fetchable = bool(provider.mirrors)
    if found is None:
        return DatasetStatus(provider.name, None, None, "standin", None, 0, fetchable)
    size = sum((found.folder / file.path).stat().st_size for file in provider.files(options))
    verified = _verified(provider, options, found.folder, verify_now)
    return DatasetStatus(provider.name, found.folder, found.origin, provider.variant, verified, size, fetchable)


def _verified(provider: Provider, options: Options, folder: Path, verify_now: bool) -> bool | None:
    files = provider.files(options)
    if any(expected_checksum(folder, file) is None for file in files):
        return None
    if not verify_now and any(remembered(folder / file.path) is None for file in files):
        return None
    try:
        for file in files:
            verify(folder, file, anew=verify_now)
        return True
    except (DataUnavailable, OSError):
        return False


def _open_real(provider: Provider, options: Options, found: Found) -> DataSplit:
    folder = _arrays_folder(provider, options, verified_files(provider, options, found))
    stored = load_arrays(folder)
    if stored is None:
        stored = _store(folder, _decode(provider, options, found.folder))
    return _split(provider, provider.variant, found.origin, stored)


def _open_standin(provider: Provider, options: Options) -> DataSplit:
    folder = _arrays_folder(provider, options, ["standin"])
    stored = load_arrays(folder) or _store(folder, provider.generate(options))
    return _split(provider, "standin", provider.standin, stored)


def _decode(provider: Provider, options: Options, folder: Path) -> Arrays:
    try:
        return provider.decode(folder, options)
    except UNREADABLE as error:
        files = ", ".join(str(folder / file.path) for file in provider.files(options))
        raise DataUnavailable("datasets.damaged_content", file=files, reason=str(error)) from error


def _arrays_folder(provider: Provider, options: Options, sums: list[str]) -> Path:
    key = hashlib.sha256(json.dumps([provider.version, options, sums], sort_keys=True).encode()).hexdigest()[:16]
    return cache_folder() / "arrays" / f"{provider.name}-{key}"


def _store(folder: Path, arrays: Arrays) -> Stored:
    remove(folder)
    save_arrays(folder, arrays)
    stored = load_arrays(folder)
    if stored is None:
        raise DataUnavailable("datasets.not_writable", folder=str(folder), reason="incomplete")
    return stored


def _split(provider: Provider, variant: Variant, origin: str, stored: Stored) -> DataSplit:
    return DataSplit(
        name=provider.name,
        variant=variant,
        origin=origin,
        task="classification" if stored.classes else "regression",
        input_shape=stored.input_shape,
        scale=stored.scale,
        classes=stored.classes,
        baseline=stored.baseline,
        digest=stored.digest,
        train_inputs=stored.arrays["train_inputs"],
        train_targets=stored.arrays["train_targets"],
        test_inputs=stored.arrays["test_inputs"],
        _test_targets=stored.arrays["test_targets"],
    )


def _missing(provider: Provider, options: Options, why_not: Message) -> DataUnavailable:
    looked = ", ".join(str(folder) for _, folder in data_folders())
    files = ", ".join(file.path for file in provider.files(options))
    return DataUnavailable("datasets.missing", name=provider.name, looked=looked, files=files, reason=why_not)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that we may not look into
        return False
