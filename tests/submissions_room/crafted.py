"""Zip files written byte by byte, so that each field can lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

STORED, DEFLATED = 0, 8
LINK, PIPE, CHARACTER, BLOCK, SOCKET = 0o120777, 0o010644, 0o020644, 0o060644, 0o140644


@dataclass
class Crafted:
    """One entry; whatever is None is told truthfully."""

    name: bytes
    content: bytes = b"x = 1\n"
    mode: int = 0o100644
    method: int = DEFLATED
    flags: int = 0
    size: int | None = None  # in both headers
    local_size: int | None = None
    checksum: int | None = None
    local_name: bytes | None = None
    packed: bytes | None = None
    packed_size: int | None = None  # in the directory only
    at: int | None = None  # where the directory says that it begins


def utf8(name: str, content: bytes = b"x = 1\n", **more: object) -> Crafted:
    """An entry whose name is marked as UTF-8."""
    return Crafted(name.encode("utf-8", "surrogatepass"), content, flags=0x800, **more)  # type: ignore[arg-type]


def zipped(*entries: Crafted, comment: bytes = b"", count: int | None = None) -> bytes:
    """The bytes of an archive that holds these entries."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        packed = entry.packed if entry.packed is not None else _pack(entry)
        size = len(entry.content) if entry.size is None else entry.size
        checksum = zlib.crc32(entry.content) if entry.checksum is None else entry.checksum
        at, name = len(body), entry.name if entry.local_name is None else entry.local_name
        local_size = size if entry.local_size is None else entry.local_size
        told = (entry.flags, entry.method, 0, 0x5821, checksum, len(packed))
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, *told, local_size, len(name), 0) + name + packed
        packed_size = len(packed) if entry.packed_size is None else entry.packed_size
        lengths = (len(entry.name), 0, 0, 0, 0, entry.mode << 16, at if entry.at is None else entry.at)
        fields = (entry.flags, entry.method, 0, 0x5821, checksum, packed_size, size)
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 0x31E, 20, *fields, *lengths) + entry.name
    told_count = min(len(entries) if count is None else count, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, told_count, told_count, len(directory), len(body), len(comment))
    return bytes(body + directory + end + comment)


def _pack(entry: Crafted) -> bytes:
    if entry.method != DEFLATED:
        return entry.content
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(entry.content) + engine.flush()


def listed(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(entry.name for entry in folder.iterdir())
