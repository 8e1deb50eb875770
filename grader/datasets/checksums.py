"""Checksums of source files, remembered by size and modification time so that large files are read only once."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from grader.datasets.places import cache_folder
from grader.datasets.provider import SourceFile
from grader.datasets.store import write_text
from grader.errors import DataUnavailable

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Checksums:
    """What the bytes of one file come to, in hexadecimal. md5 because that is what data sets publish."""

    md5: str
    sha256: str


def compute(path: Path) -> Checksums:
    """The checksums of a file's bytes, read now. Raises OSError."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            md5.update(block)
            sha256.update(block)
    return Checksums(md5.hexdigest(), sha256.hexdigest())


def remembered(path: Path) -> Checksums | None:
    """The checksums found when this file was last read; None if it has changed since or was never read."""
    try:
        note = json.loads(_note(path).read_text(encoding="utf-8"))
        return Checksums(note["md5"], note["sha256"]) if note["stamp"] == _stamp(path) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def checksums(path: Path, *, anew: bool = False) -> Checksums:
    """The checksums of a file, from memory unless `anew`. Raises OSError when the file cannot be read."""
    known = None if anew else remembered(path)
    if known:
        return known
    stamp = _stamp(path)  # before reading: a file that changes meanwhile is then read again next time
    found = compute(path)
    with contextlib.suppress(DataUnavailable):  # a cache that cannot be written costs time, not correctness
        write_text(_note(path), json.dumps({"stamp": stamp, "md5": found.md5, "sha256": found.sha256}))
    return found


def verify(folder: Path, file: SourceFile, *, anew: bool = False) -> Checksums:
    """The checksums of one source file, compared with what is known of it.

    Raises:
        DataUnavailable: The file is not the published one; says which checksum was expected and found.
        OSError: It cannot be read.
    """
    found = checksums(folder / file.path, anew=anew)
    expected = expected_checksum(folder, file)
    if expected and expected not in (found.md5, found.sha256):
        shown = found.md5 if len(expected) == len(found.md5) else found.sha256
        raise DataUnavailable("datasets.damaged", file=str(folder / file.path), expected=expected, found=shown)
    return found


def expected_checksum(folder: Path, file: SourceFile) -> str | None:
    """The published md5, else what the data folder's own ``SHA256SUMS`` says; None when neither is known."""
    if file.md5:
        return file.md5
    try:
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    listed = {name.lstrip("*"): digest for digest, _, name in (line.partition(" ") for line in lines)}
    listed = {name.strip().removeprefix("./"): digest for name, digest in listed.items()}
    return listed.get(file.path)


def _note(path: Path) -> Path:
    return cache_folder() / "checksums" / f"{hashlib.sha256(str(path).encode()).hexdigest()[:32]}.json"


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
