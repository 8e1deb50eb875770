"""Landlock: which files a process may touch, whatever the file system shows it; no TCP; no signals and no abstract sockets
to processes outside.

Not covered: names and sizes of files (`stat` needs no right), UDP and other sockets, files opened before.

Source: linux/landlock.h; rights and scopes by ABI from the kernel's userspace-api/landlock.rst.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.isolation import libc, syscalls

_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}  # what the newest ABI known here can handle
_NEWEST = 5
_WRITE_FILE, _READ_FILE, _READ_FOLDER, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_EXECUTE, _DEVICES = 1 << 0, 1 << 6 | 1 << 11 | 1 << 15  # making devices, and controlling them
_ALL_TCP = 0b11
_SCOPES = 0b11  # abstract unix sockets, signals
_VERSION = 1
_PATH_RULE = 1


def abi() -> int:
    """The version of Landlock that this kernel offers; 0 for none."""
    if not syscalls.known_machine():
        return 0
    with contextlib.suppress(OSError):
        return _call("landlock_create_ruleset", None, 0, _VERSION)
    return 0


def confine(readable: Iterable[Path | str], writable: Iterable[Path | str]) -> None:
    """Allow this process these files and folders, with all below, and no others. `no_new_privs` must be set.

    Paths that do not exist are left out. Raises OSError.
    """
    version = abi()
    if not version:
        raise OSError(errno.ENOSYS, "no Landlock")
    handled = _RIGHTS[min(version, _NEWEST)]
    attributes = struct.pack("=QQQ", handled, _ALL_TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    rules = _call("landlock_create_ruleset", buffer, size, 0)
    try:
        for path in readable:
            _allow(rules, path, handled & (_READ_FILE | _READ_FOLDER))
        for path in writable:
            _allow(rules, path, handled & ~(_EXECUTE | _DEVICES))
        _call("landlock_restrict_self", rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: Path | str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
        _call("landlock_add_rule", rules, _PATH_RULE, rule, 0)
    finally:
        os.close(place)


def _call(name: str, *arguments: object) -> int:
    return libc.syscall(name, syscalls.numbers(syscalls.OURS)[name], *arguments)
