"""Calls that Python's `os` does not have, by way of libc: each raises OSError naming the call that failed."""

from __future__ import annotations

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_NEWTIME = 0x00000080


def syscall(name: str, number: int, *arguments: object) -> int:
    """What the system call returns. Raises OSError."""
    converted = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    return checked(name, int(LIBC.syscall(ctypes.c_long(number), *converted)))


def unshare(flags: int) -> None:
    """Give this process new namespaces of its own. Raises OSError."""
    checked("unshare", LIBC.unshare(ctypes.c_int(flags)))


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system, or bind a folder or file. Raises OSError."""
    found = LIBC.mount(_text(source), _text(target), _text(kind), ctypes.c_ulong(flags), _text(options))
    checked(f"mount {target}", found)


def checked(name: str, result: int) -> int:
    """`result` unless it says that the call failed. Raises OSError with the call's name."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} ({name})")
    return result


def _text(value: str) -> bytes | None:
    return os.fsencode(value) if value else None
