"""From the path that somebody gave to the one file that is to be checked.

The path itself is trusted: who names a link means what it points to. What lies in a folder or a zip file is not.

Not covered: a folder that another process rearranges while it is looked through. Submissions of a class are unpacked by us
into a folder of our own before they come here.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from grader.errors import SubmissionError
from grader.messages import Message, message
from grader.submissions.ingest import Ledger, megabytes
from grader.submissions.names import shown
from grader.submissions.opening import open_regular

Kind = Literal["py", "ipynb"]

MAX_BYTES: dict[Kind, int] = {"py": 2_000_000, "ipynb": 50_000_000}
_KINDS: dict[str, Kind] = {".py": "py", ".ipynb": "ipynb"}
_SHOWN_CANDIDATES = 8


@dataclass(frozen=True)
class SubmissionFile:
    """A file to be checked: where it is, what to call it in a report, and its bytes (not yet decoded).

    `path` is the zip file for one that came in a zip file. `refused` names what lay beside it, could have been the answer,
    and was not taken.
    """

    path: Path
    name: str
    kind: Kind
    data: bytes
    refused: tuple[Message, ...] = ()


def find_submission(path: Path, prefer: Sequence[str] = ()) -> SubmissionFile:
    """The submission at `path`, a ``.py`` or ``.ipynb`` file or a folder or ``.zip`` that holds one.

    `prefer` decides among several, first come first served: file names, or names without their ending. Of a zip file
    only the topmost folder that holds a candidate counts.

    Raises:
        SubmissionError: nothing there, not such a file, several of them, too large, damaged, or it cannot be read.
    """
    path = _existing(path)
    try:
        if path.is_dir():
            return _in_folder(path, prefer)
        if _is_archive(path):
            return _in_archive(path, prefer)
        return _read(path, path)
    except OSError as error:
        raise SubmissionError(
            "submissions.unreadable", path=shown(path), reason=error.strerror or str(error)
        ) from error


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
    fitting = [one for one in neighbours if _kind(one.name) or _is_archive(one) or one.is_dir()]
    names = [shown(neighbour.name) for neighbour in fitting]
    near = difflib.get_close_matches(shown(path.name), names, n=3, cutoff=0.5)
    if near:
        raise SubmissionError("submissions.missing_near", path=shown(path), near=_quoted(near))
    raise SubmissionError("submissions.missing", path=shown(path))


def _in_folder(folder: Path, prefer: Sequence[str]) -> SubmissionFile:
    inside, ledger = folder.resolve(), Ledger()
    candidates: dict[str, Path] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or _kind(entry.name) is None or entry.is_dir():
            continue
        real = _resolved(entry)
        if not real.is_relative_to(inside):
            ledger.refuse(entry.name, message("submissions.link_outside"))
        elif not real.is_file():
            ledger.refuse(entry.name, message("submissions.not_ordinary"))
        else:
            candidates[entry.name] = real
    chosen = _choice(folder, list(candidates), prefer, ledger)
    return replace(_read(candidates[chosen], folder / chosen), refused=_candidates_in(ledger))


def _resolved(entry: Path) -> Path:
    try:
        return entry.resolve(strict=True)
    except (OSError, RuntimeError):  # a link to nothing, or to itself: where it stands is where it ends
        return entry.parent.resolve() / entry.name


def _in_archive(path: Path, prefer: Sequence[str]) -> SubmissionFile:
    """The one candidate of a zip file, decompressed in memory."""
    from grader.submissions.archive import Archive, BadEntry

    with Archive(path) as archive:
        candidates = [entry for entry in archive.entries if _kind(entry.name) and entry.parts[-1][0] != "."]
        depth = min((len(entry.parts) for entry in candidates), default=0)
        topmost = {entry.path: entry for entry in candidates if len(entry.parts) == depth}
        entry = topmost[_choice(path, sorted(topmost), prefer, archive.ledger)]
        kind = _kind(entry.name)
        assert kind is not None
        _refuse_size(entry.size, kind, f"{path}/{entry.path}")
        try:
            data = b"".join(archive.read(entry))
        except BadEntry as bad:
            archive.ledger.refuse(entry.name, bad.reason)
            raise _none_taken(path, archive.ledger) from bad
        return SubmissionFile(path, shown(entry.parts[-1]), kind, data, _candidates_in(archive.ledger))


def _choice(place: Path, names: Sequence[str], prefer: Sequence[str], ledger: Ledger) -> str:
    """The one name among the candidates of `place`."""
    if not names:
        raise _none_taken(place, ledger)
    for wanted in prefer:
        whole = [name for name in names if PurePosixPath(name).name == wanted]
        without_ending = [name for name in names if PurePosixPath(name).stem == wanted]
        for preferred in (whole, without_ending):
            if len(preferred) == 1:
                return preferred[0]
    if len(names) > 1:
        more = ", …" if len(names) > _SHOWN_CANDIDATES else ""
        shown_names = _quoted(map(shown, names[:_SHOWN_CANDIDATES]))
        raise SubmissionError("submissions.several_in_folder", path=shown(place), candidates=shown_names + more)
    return names[0]


def _candidates_in(ledger: Ledger) -> tuple[Message, ...]:
    return tuple(refused for refused in ledger.refused if _kind(str(refused.args["entry"])))


def _none_taken(place: Path, ledger: Ledger) -> SubmissionError:
    if not ledger.refused:
        return SubmissionError("submissions.none_in_folder", path=shown(place))
    refused = ledger.refused[:_SHOWN_CANDIDATES]
    return SubmissionError("submissions.none_taken", path=shown(place), count=len(ledger.refused), refused=refused)


def _read(path: Path, named: Path) -> SubmissionFile:
    """The file at `path`, which people know as `named`."""
    kind = _kind(named.name)
    with open_regular(path) as file:
        if kind is None:
            raise SubmissionError("submissions.other_kind", path=shown(named))
        _refuse_size(os.fstat(file.fileno()).st_size, kind, named)
        data = file.read(MAX_BYTES[kind] + 1)
    _refuse_size(len(data), kind, named)
    return SubmissionFile(named, shown(named.name), kind, data)


def _refuse_size(size: int, kind: Kind, path: Path | str) -> None:
    if size > MAX_BYTES[kind]:
        id = "submissions.notebook_too_large" if kind == "ipynb" else "submissions.too_large"
        raise SubmissionError(id, path=shown(path), size=megabytes(size), limit=megabytes(MAX_BYTES[kind]))


def _kind(name: str) -> Kind | None:
    return _KINDS.get(PurePosixPath(name).suffix.lower())


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
