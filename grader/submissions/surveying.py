"""A folder that somebody else filled, looked through without opening any of its files.

Not covered: hard links to files elsewhere (they look like files, and only somebody who may read those can make one); what
changes after the look.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.errors import SubmissionError
from grader.messages import Message, message
from grader.submissions.ingest import Caps, Found, Ingested, Ledger, megabytes, screen
from grader.submissions.names import Parts, cut, is_unwanted, shown

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


def survey(folder: Path, caps: Caps | None = None) -> Ingested:
    """Which files of `folder`, at any depth, can be taken, by the rules that hold for an archive.

    Links, pipes, sockets and devices are named and never opened; nothing leads out of the folder.

    Raises:
        SubmissionError: it holds too many files, or too much.
        OSError: it cannot be read.
    """
    caps, ledger = caps or Caps(), Ledger()
    top = os.open(folder, _FOLDER)
    try:
        found = list(_Walk(folder, caps, ledger).below(top, ()))
    finally:
        os.close(top)
    files = screen(found, caps, ledger)
    total = 0
    for entry in files:
        total += entry.size
        if total > caps.total_bytes:
            limit, name = megabytes(caps.total_bytes), cut(shown(entry.name))
            raise SubmissionError("submissions.holds_too_much", path=shown(folder), entry=name, limit=limit)
    return Ingested(tuple(entry.path for entry in files), tuple(ledger.refused), tuple(ledger.skipped), total)


class _Walk:
    """One walk through a folder, counting what it meets."""

    def __init__(self, folder: Path, caps: Caps, ledger: Ledger) -> None:
        self.folder = folder
        self.caps = caps
        self.ledger = ledger
        self.met = 0

    def below(self, folder: int, parts: Parts) -> Iterator[Found]:
        """The files and folders below an open folder, those that are neither noted in the ledger."""
        for name in sorted(self._names(folder)):
            here = (*parts, name)
            path, info = "/".join(here), os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISDIR(info.st_mode):
                yield Found(path, 0, folder=True)
                if not is_unwanted(here):
                    yield from self._inside(folder, here)
            elif stat.S_ISREG(info.st_mode):
                yield Found(path, info.st_size)
            else:
                self.ledger.refuse(path, _special(info.st_mode))

    def _names(self, folder: int) -> Iterator[str]:
        with os.scandir(folder) as entries:
            for entry in entries:
                self.met += 1
                if self.met > self.caps.entries:
                    limit = self.caps.entries
                    raise SubmissionError("submissions.too_many", path=shown(self.folder), limit=limit)
                yield entry.name

    def _inside(self, above: int, parts: Parts) -> Iterator[Found]:
        if len(parts) > self.caps.depth:  # the folder itself is refused by its name
            return
        try:
            folder = os.open(parts[-1], _FOLDER, dir_fd=above)
        except PermissionError:
            self.ledger.refuse("/".join(parts), message("submissions.entry_unreadable"))
            return
        try:
            yield from self.below(folder, parts)
        finally:
            os.close(folder)


def _special(mode: int) -> Message:
    kinds = {stat.S_IFLNK: "entry_link", stat.S_IFIFO: "entry_pipe"}
    return message(f"submissions.{kinds.get(stat.S_IFMT(mode), 'entry_device')}")
