"""The real data as `torchvision.datasets` wants to find them: unpacked, so that nothing is downloaded or written."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from grader.datasets.opening import find, verified_files
from grader.datasets.places import cache_folder
from grader.datasets.providers import provider_named
from grader.datasets.store import publish


def torchvision_root(names: Sequence[str] = ("mnist",)) -> Path | None:
    """A `root` from which `torchvision.datasets.MNIST(root)` reads, made of the real data; None when there are none.

    Of `names` (data sets in gzipped idx files), those that are not present are left out. The folder lies in the cache,
    is made once and may be shown read-only. It holds the public test labels, as torchvision's own download does.

    Raises:
        DataUnavailable: A file is damaged, the disk is full, or the cache cannot be written.
    """
    packed: dict[str, Path] = {}  # where each file lies, by its path within a data folder
    sums: list[str] = []
    for provider in map(provider_named, sorted(names)):
        if found := find(provider, {}):
            sums += verified_files(provider, {}, found)
            packed |= {file.path: found.folder / file.path for file in provider.files({})}
    if not packed:
        return None
    root = cache_folder() / "torchvision" / hashlib.sha256(" ".join(sums).encode()).hexdigest()[:16]
    if not root.is_dir():
        publish(root, lambda building: _unpack(packed, building))
    return root


def _unpack(packed: dict[str, Path], building: Path) -> None:
    for name, source in packed.items():
        target = (building / name).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(source) as unpacked, target.open("wb") as out:
            shutil.copyfileobj(unpacked, out, 1 << 20)
