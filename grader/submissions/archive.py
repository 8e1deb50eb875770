"""A zip file that somebody else made, read with suspicion.

`zipfile` reads the directory; what it says is a claim. Names, kinds and sizes are checked before anything is decompressed,
each entry's own header must say the same as the directory, and an entry that gives more or less than was declared is
refused. So what has to be decompressed is known, and bounded, beforehand.

Not covered: entries that only a foreign tool would see (in front of the first, or behind the directory); the alternative
name that Info-ZIP keeps in an extra field (ignored: the main name counts); a directory with a name that is marked as
UTF-8 and is not (the whole archive counts as damaged).
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from grader.errors import SubmissionError
from grader.messages import Message, message
from grader.submissions.headers import flaw, is_folder, overlapping, raw_name, read_local, special
from grader.submissions.ingest import Caps, Found, Ledger, megabytes, screen
from grader.submissions.names import cut, decoded, shown
from grader.submissions.opening import open_regular

CHUNK = 1 << 16
RECORD_BYTES = 500  # of the directory for each entry allowed: a record and a long name
_BROKEN = (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, EOFError, OverflowError, IndexError)


class BadEntry(Exception):
    """An entry is not what the directory said; `reason` says how."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(reason.id)


class Archive:
    """An open zip file. `entries` are the files that can be read; `ledger` names the rest.

    Raises:
        SubmissionError: no zip file, a damaged one, or one that holds too much.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, caps: Caps | None = None) -> None:
        self.path = path
        self.caps = caps or Caps()
        self.ledger = Ledger()
        self._file = open_regular(path)
        try:
            self._infos, directory_at = self._directory()
            self._data_at: dict[int, int] = {}
            self.entries = self._sound(self._screened(), directory_at)
            self._refuse_bombs()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file; idempotent."""
        self._file.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, entry: Found) -> Iterator[bytes]:
        """The content in pieces, together never more than was declared. Raises BadEntry where it is not that."""
        info, size, checksum = self._infos[entry.index], 0, 0
        for piece in self._pieces(info, self._data_at[entry.index]):
            size += len(piece)
            if size > info.file_size:
                break
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if size != info.file_size:
            raise BadEntry(message("submissions.entry_size_lie", size=info.file_size))
        if checksum != info.CRC:
            raise BadEntry(message("submissions.entry_damaged"))

    def _pieces(self, info: zipfile.ZipInfo, data_at: int) -> Iterator[bytes]:
        left, engine = info.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
        packed = info.compress_type == zipfile.ZIP_DEFLATED
        self._file.seek(data_at)
        while left:
            chunk = self._file.read(min(CHUNK, left))
            if not chunk:
                raise BadEntry(message("submissions.entry_damaged"))
            left -= len(chunk)
            yield from _inflated(engine, chunk) if packed else (chunk,)
        if packed and (not engine.eof or engine.unused_data):
            raise BadEntry(message("submissions.entry_damaged"))

    def _directory(self) -> tuple[list[zipfile.ZipInfo], int]:
        size = os.fstat(self._file.fileno()).st_size
        if size > self.caps.archive_bytes:
            raise self._error("archive_too_large", size=megabytes(size), limit=megabytes(self.caps.archive_bytes))
        guard = _Guard(self._file, self.caps.entries * RECORD_BYTES + (1 << 17))
        try:
            with zipfile.ZipFile(guard) as archive:
                infos, start = archive.infolist(), archive.start_dir
        except _BROKEN as error:
            raise self._error("too_many" if guard.exceeded else "archive_damaged") from error
        if len(infos) > self.caps.entries:
            raise self._error("too_many")
        return infos, start

    def _screened(self) -> list[Found]:
        found = [
            Found(decoded(raw_name(info)), info.file_size, is_folder(info), index)
            for index, info in enumerate(self._infos)
        ]
        return screen(self.ledger.keep(found, lambda entry: special(self._infos[entry.index])), self.caps, self.ledger)

    def _sound(self, files: list[Found], directory_at: int) -> list[Found]:
        """The files that can be decompressed, as far as headers tell."""
        headers = {entry.index: read_local(self._file, self._infos[entry.index]) for entry in files}
        self._data_at = {index: local.data_at for index, local in headers.items() if local is not None}
        files = self.ledger.keep(files, lambda entry: flaw(self._infos[entry.index], headers[entry.index]))
        shared = overlapping({entry.index: self._span(entry) for entry in files}, directory_at)
        overlap = message("submissions.entry_overlaps")
        return self.ledger.keep(files, lambda entry: overlap if entry.index in shared else None)

    def _span(self, entry: Found) -> tuple[int, int]:
        info = self._infos[entry.index]
        return info.header_offset, self._data_at[entry.index] + info.compress_size

    def _refuse_bombs(self) -> None:
        caps, total = self.caps, 0
        for entry in self.entries:
            packed = max(1, self._infos[entry.index].compress_size)
            total += entry.size
            if entry.size > max(caps.ratio_from_bytes, caps.ratio * packed):
                sizes = {"packed": megabytes(packed), "size": megabytes(entry.size)}
                raise self._error("archive_bomb", entry=cut(shown(entry.name)), ratio=caps.ratio, **sizes)
            if total > caps.total_bytes:
                limit = megabytes(caps.total_bytes)
                raise self._error("holds_too_much", entry=cut(shown(entry.name)), limit=limit)

    def _error(self, id: str, **args: Any) -> SubmissionError:
        return SubmissionError(f"submissions.{id}", path=shown(self.path), **{"limit": self.caps.entries, **args})


def _inflated(engine: Any, chunk: bytes) -> Iterator[bytes]:
    """What `chunk` adds to a deflate stream, in pieces of bounded size."""
    try:
        while piece := engine.decompress(chunk, CHUNK):
            yield piece
            chunk = engine.unconsumed_tail
    except zlib.error:
        raise BadEntry(message("submissions.entry_damaged")) from None


class _Guard:
    """The file as `zipfile` sees it: it believes the directory's size, which is a claim, and would read it all at once."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self.exceeded = False
        self._file = file
        self._most = most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Like the file's. Raises ValueError for more than a directory can be."""
        data = self._file.read(self._most + 1 if size < 0 else min(size, self._most + 1))
        if len(data) > self._most:
            self.exceeded = True
            raise ValueError("directory")
        return data
