"""The header in front of each entry of a zip file: whether it agrees with the directory, and whose bytes are whose."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from grader.messages import Message, message

_LOCAL = struct.Struct("<4s5H3L2H")  # Source: APPNOTE.TXT 4.3.7
_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # Source: APPNOTE.TXT 4.4.4, bits 0, 6 and 13
_SIZES_FOLLOW, _UTF8 = 0x8, 0x800  # bits 3 and 11
_IN_EXTRA = 0xFFFFFFFF  # the size stands in the zip64 field
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SPECIAL = {stat.S_IFLNK: "entry_link", stat.S_IFIFO: "entry_pipe"}
_ORDINARY = (0, stat.S_IFREG, stat.S_IFDIR)


@dataclass(frozen=True)
class Local:
    """What the header in front of an entry says, and where the entry's bytes begin."""

    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    name: bytes
    data_at: int


def read_local(file: BinaryIO, info: zipfile.ZipInfo) -> Local | None:
    """The header of `info`; None where there is none."""
    if info.header_offset < 0:
        return None
    file.seek(info.header_offset)
    data = file.read(_LOCAL.size)
    if len(data) < _LOCAL.size or not data.startswith(_SIGNATURE):
        return None
    _, _, flags, method, _, _, checksum, packed, size, name_bytes, extra_bytes = _LOCAL.unpack(data)
    name = file.read(name_bytes)
    return Local(flags, method, checksum, packed, size, name, file.tell() + extra_bytes)


def raw_name(info: zipfile.ZipInfo) -> bytes:
    """The name's bytes as they stand in the directory; `zipfile` has cut the decoded one at a NUL."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "surrogatepass")


def special(info: zipfile.ZipInfo) -> Message | None:
    """Why an entry is no ordinary file or folder: a link, a pipe or a device by its mode bits."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    return None if kind in _ORDINARY else message(f"submissions.{_SPECIAL.get(kind, 'entry_device')}")


def is_folder(info: zipfile.ZipInfo) -> bool:
    """Whether an entry stands for a folder; whatever content it claims is never read."""
    return raw_name(info).endswith(b"/") or stat.S_ISDIR(info.external_attr >> 16)


def flaw(info: zipfile.ZipInfo, local: Local | None) -> Message | None:
    """What speaks against decompressing an entry, as far as the two headers tell."""
    if local is None or local.name != raw_name(info):
        return message("submissions.entry_damaged")
    if (info.flag_bits | local.flags) & _ENCRYPTED:
        return message("submissions.entry_encrypted")
    if info.compress_type not in _METHODS or local.method != info.compress_type:
        return message("submissions.entry_method", method=info.compress_type)
    stored_otherwise = info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size
    if stored_otherwise or _sizes_differ(info, local):
        return message("submissions.entry_size_lie", size=info.file_size)
    return None


def _sizes_differ(info: zipfile.ZipInfo, local: Local) -> bool:
    if local.flags & _SIZES_FOLLOW:
        return False
    told = ((local.packed, info.compress_size), (local.size, info.file_size))
    return any(here not in (there, _IN_EXTRA) for here, there in told)


def overlapping(spans: Mapping[int, tuple[int, int]], limit: int) -> set[int]:
    """The entries, by index, whose bytes belong to another one too or to the directory, which begins at `limit`."""
    shared, latest, reach = set(), -1, -1
    for index, (start, stop) in sorted(spans.items(), key=lambda item: item[1]):
        if stop > limit:
            shared.add(index)
        if start < reach:
            shared |= {index, latest}
        if stop > reach:
            latest, reach = index, stop
    return shared
