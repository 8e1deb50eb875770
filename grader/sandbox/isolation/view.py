"""A child's own view of the file system: the interpreter and its libraries to read, one small folder to write.

The root is an empty tmpfs, read-only in the end. What a child may read is bound into it at the same path as outside; the
rest does not exist, /proc included. What it writes lies in a tmpfs of limited size at ``/tmp`` and is gone with it.

Not covered: holes in the kernel's file systems; what the user keeps among their Python packages can be read.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import grader
from grader.sandbox.isolation import libc, syscalls

HOME = "/tmp/home"
SHARED_MEMORY = "/dev/shm"
WRITABLE = ("/tmp", SHARED_MEMORY)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
LIBRARIES = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
)
HIDDEN = frozenset({"/", "/tmp", "/dev", SHARED_MEMORY, "/proc", "/sys", "/home", "/root", str(Path.home())})
INODES_PER_MEBIBYTE = 128

_READ_ONLY, _NO_SETUID, _NO_DEVICES, _REMOUNT, _BIND = 1, 2, 4, 32, 4096
_RECURSIVE, _PRIVATE = 16384, 1 << 18
_ATTRIBUTES = 1 | 2 | 4  # read-only, no setuid, no devices: MOUNT_ATTR_*
_AT_FDCWD, _AT_RECURSIVE, _DETACH = -100, 0x8000, 2


@dataclass(frozen=True)
class View:
    """What to show: folders and files to read, and how large the folder to write is."""

    readable: tuple[str, ...]
    disk_bytes: int


def interpreter_paths() -> tuple[str, ...]:
    """What Python, its packages and the libraries below them need to read. grader's own code without its neighbours.

    A checkout that grader is imported from holds solutions; whoever may import from it gets the package alone.
    """
    package = Path(grader.__file__).resolve().parent
    found = [*LIBRARIES, str(package)]
    places = sysconfig.get_paths()
    found += [places[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [f"{prefix}/lib" for prefix in {sys.prefix, sys.base_prefix} if prefix != "/"]
    found += [entry for entry in sys.path if (entry and Path(entry).resolve() != package.parent) or _installed(entry)]
    return outermost(found)


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that exist, without those that lie below another, and without whole homes and other such places."""
    kept: list[str] = []
    for path in sorted({os.path.abspath(path) for path in paths if path and os.path.exists(path)} - HIDDEN):
        if not any(path.startswith(f"{other}/") for other in kept):
            kept.append(path)
    return tuple(kept)


def enter(view: View, base: str, uid: int, gid: int) -> None:
    """Make the view the root of this process, in a mount namespace of its own; `base` is an empty folder of ours.

    `uid` and `gid` own what may be written. Raises OSError.
    """
    libc.unshare(libc.CLONE_NEWNS)
    libc.mount("none", "/", flags=_RECURSIVE | _PRIVATE)
    libc.mount("view", base, "tmpfs", _NO_SETUID | _NO_DEVICES, "size=4m,mode=755")
    for folder in ("/tmp", SHARED_MEMORY):
        os.makedirs(base + folder)
    inodes = view.disk_bytes // 2**20 * INODES_PER_MEBIBYTE + 1024
    options = f"size={view.disk_bytes},nr_inodes={inodes},mode=1777"
    libc.mount("scratch", base + "/tmp", "tmpfs", _NO_SETUID | _NO_DEVICES, options)
    _make_home(base, uid, gid)
    libc.mount(f"{base}/tmp/.shm", base + SHARED_MEMORY, flags=_BIND)
    for path in view.readable:
        _show(path, base)
    for device in DEVICES:
        Path(base + device).touch()
        libc.mount(device, base + device, flags=_BIND)
    libc.mount("", base, flags=_REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)
    _pivot(base)


def _make_home(base: str, uid: int, gid: int) -> None:
    for folder, mode in ((f"{base}{HOME}", 0o700), (f"{base}/tmp/.shm", 0o1777)):
        os.mkdir(folder)
        os.chmod(folder, mode)
        os.chown(folder, uid, gid)


def _show(path: str, base: str) -> None:
    """Bind a folder or file, with all that is mounted in it, read-only."""
    target = base + path
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    libc.mount(path, target, flags=_BIND | _RECURSIVE)
    attributes = (ctypes.c_uint64 * 4)(_ATTRIBUTES, 0, 0, 0)
    number = syscalls.numbers(syscalls.OURS)["mount_setattr"]
    name = ctypes.c_char_p(os.fsencode(target))
    libc.syscall(f"mount_setattr {path}", number, _AT_FDCWD, name, _AT_RECURSIVE, attributes, 32)


def _pivot(base: str) -> None:
    os.chdir(base)
    ours = syscalls.numbers(syscalls.OURS)
    here = ctypes.c_char_p(b".")
    libc.syscall("pivot_root", ours["pivot_root"], here, here)
    libc.syscall("umount2", ours["umount2"], here, _DETACH)
    os.chdir("/")


def _installed(entry: str) -> bool:
    return Path(entry).name in ("site-packages", "dist-packages")
