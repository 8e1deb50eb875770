"""A zip file's good entries, written below a folder of ours.

Nothing is followed on the way down: each folder is opened relative to the one above it and must not be a link, each file must
be new. What cannot be taken is named, and the rest is still there.

Not covered: a folder that others can write to while we unpack; Windows, which has no folder descriptors.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from grader.submissions.archive import Archive, BadEntry
from grader.submissions.ingest import Caps, Found, Ingested
from grader.submissions.names import Parts

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def unpack(archive: Path, folder: Path, caps: Caps | None = None) -> Ingested:
    """What of `archive` now lies below `folder`, which must exist and be empty.

    Files get mode 0600 and folders 0700, whatever the archive says.

    Raises:
        SubmissionError: no zip file, a damaged one, or one that holds too much; nothing was written then.
        OSError: ours: the disk is full, or the folder cannot be written.
    """
    with Archive(archive, caps) as opened:
        top = os.open(folder, _FOLDER)
        try:
            taken = [entry for entry in opened.entries if _written(opened, entry, top)]
        finally:
            os.close(top)
        refused, skipped = tuple(opened.ledger.refused), tuple(opened.ledger.skipped)
        return Ingested(tuple(entry.path for entry in taken), refused, skipped, sum(entry.size for entry in taken))


def _written(archive: Archive, entry: Found, top: int) -> bool:
    """Whether the entry is there now; one that turns out bad leaves no file behind."""
    parent = _descend(top, entry.parts[:-1])
    try:
        file = os.open(entry.parts[-1], _NEW_FILE, 0o600, dir_fd=parent)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.writelines(archive.read(entry))
        except BaseException as error:
            os.unlink(entry.parts[-1], dir_fd=parent)
            if not isinstance(error, BadEntry):
                raise
            archive.ledger.refuse(entry.name, error.reason)
            return False
        return True
    finally:
        os.close(parent)


def _descend(top: int, parts: Parts) -> int:
    """A descriptor of the folder `parts` below `top`, made where it is missing. The caller closes it."""
    here = os.dup(top)
    for part in parts:
        above = here
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o700, dir_fd=above)
            here = os.open(part, _FOLDER, dir_fd=above)
        finally:
            os.close(above)
    return here
