"""From the path that somebody gave to the one file that is to be checked.

Not covered: a path that another process swaps while it is read. Submissions of a class are unpacked by us into a folder
of our own before they come here.
"""

from __future__ import annotations

import difflib
import os
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.errors import SubmissionError

Kind = Literal["py", "ipynb"]

MAX_BYTES: dict[Kind, int] = {"py": 2_000_000, "ipynb": 50_000_000}
_KINDS: dict[str, Kind] = {".py": "py", ".ipynb": "ipynb"}
_SHOWN_CANDIDATES = 8


@dataclass(frozen=True)
class SubmissionFile:
    """A file to be checked: where it is, what to call it in a report, and its bytes (not yet decoded)."""

    path: Path
    name: str
    kind: Kind
    data: bytes


def find_submission(path: Path, prefer: Sequence[str] = ()) -> SubmissionFile:
    """The submission at `path`, a ``.py`` or ``.ipynb`` file or a folder that holds one.

    `prefer` decides in a folder with several, first come first served: file names, or names without their ending.

    Raises:
        SubmissionError: nothing there, not such a file, several in the folder, too large, or it cannot be read.
    """
    path = _existing(path)
    try:
        if path.is_dir():
            path = _only_candidate(path, prefer)
        return _read(path)
    except OSError as error:
        raise SubmissionError(
            "submissions.unreadable", path=shown(path), reason=error.strerror or str(error)
        ) from error


def shown(path: Path | str) -> str:
    """`path` as text for a report: one line, in composed Hangul, without characters that steer a terminal."""
    text = unicodedata.normalize("NFC", os.fspath(path))
    return "".join("�" if unicodedata.category(char).startswith("C") else char for char in text)


def _existing(path: Path) -> Path:
    """`path`, or the same name in another Unicode form: a Mac's zip file holds Hangul decomposed."""
    try:
        if path.exists():
            return path
        neighbours = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    except OSError as error:
        raise SubmissionError(
            "submissions.unreadable", path=shown(path), reason=error.strerror or str(error)
        ) from error
    for neighbour in neighbours:
        if shown(neighbour.name) == shown(path.name):
            return neighbour
    names = [shown(neighbour.name) for neighbour in neighbours if _kind(neighbour) or neighbour.is_dir()]
    near = difflib.get_close_matches(shown(path.name), names, n=3, cutoff=0.5)
    if near:
        raise SubmissionError("submissions.missing_near", path=shown(path), near=_quoted(near))
    raise SubmissionError("submissions.missing", path=shown(path))


def _only_candidate(folder: Path, prefer: Sequence[str]) -> Path:
    entries = sorted(folder.iterdir())
    candidates = [entry for entry in entries if not entry.name.startswith(".") and _kind(entry) and entry.is_file()]
    if not candidates:
        raise SubmissionError("submissions.none_in_folder", path=shown(folder))
    for name in prefer:
        for preferred in ([c for c in candidates if c.name == name], [c for c in candidates if c.stem == name]):
            if len(preferred) == 1:
                return preferred[0]
    if len(candidates) > 1:
        names = _quoted(shown(candidate.name) for candidate in candidates[:_SHOWN_CANDIDATES])
        more = ", …" if len(candidates) > _SHOWN_CANDIDATES else ""
        raise SubmissionError("submissions.several_in_folder", path=shown(folder), candidates=names + more)
    return candidates[0]


def _read(path: Path) -> SubmissionFile:
    kind = _kind(path)
    if not stat.S_ISREG(path.stat().st_mode):
        raise SubmissionError("submissions.not_a_file", path=shown(path))
    if kind is None:
        raise SubmissionError("submissions.other_kind", path=shown(path))
    limit = MAX_BYTES[kind]
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(limit + 1) if size <= limit else b""
    if size > limit or len(data) > limit:
        id = "submissions.notebook_too_large" if kind == "ipynb" else "submissions.too_large"
        raise SubmissionError(id, path=shown(path), size=_megabytes(max(size, len(data))), limit=_megabytes(limit))
    return SubmissionFile(path, shown(path.name), kind, data)


def _kind(path: Path) -> Kind | None:
    return _KINDS.get(path.suffix.lower())


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
