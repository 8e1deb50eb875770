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
    places = sysconfig.get_paths()
    return outermost(
        [
            *LIBRARIES,
            str(package),
            *(places[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
            *(f"{prefix}/lib" for prefix in (sys.prefix, sys.base_prefix)),
            *(entry for entry in sys.path if entry and _holds_packages(Path(entry), package)),
        ]
    )


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that exist, without those that lie below another, and without whole homes and other such places."""
    kept: list[Path] = []
    for path in sorted({Path(path).absolute() for path in paths if path}):
        if path.exists() and str(path) not in HIDDEN and not any(other in path.parents for other in kept):
            kept.append(path)
    return tuple(str(path) for path in kept)


def enter(view: View, scratch: str, uid: int, gid: int) -> None:
    """Make the view the root of this process, in a mount namespace of its own; `scratch` is an empty folder of ours.

    `uid` and `gid` own what may be written. Raises OSError.
    """
    base = Path(scratch)
    libc.unshare(libc.CLONE_NEWNS)
    libc.mount("none", "/", flags=_RECURSIVE | _PRIVATE)
    libc.mount("view", scratch, "tmpfs", _NO_SETUID | _NO_DEVICES, "size=4m,mode=755")
    _make_scratch(base, view.disk_bytes, uid, gid)
    for path in view.readable:
        _show(Path(path), base)
    for device in DEVICES:
        _below(base, device).touch()
        libc.mount(device, f"{base}{device}", flags=_BIND)
    libc.mount("", scratch, flags=_REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)
    _pivot(base)


def _make_scratch(base: Path, disk_bytes: int, uid: int, gid: int) -> None:
    """One limited tmpfs for all that a child writes, shared memory included."""
    for name in ("/tmp", SHARED_MEMORY):
        _below(base, name).mkdir(parents=True)
    inodes = disk_bytes // 2**20 * INODES_PER_MEBIBYTE + 1024
    options = f"size={disk_bytes},nr_inodes={inodes},mode=1777"
    libc.mount("scratch", f"{base}/tmp", "tmpfs", _NO_SETUID | _NO_DEVICES, options)
    for folder, mode in ((_below(base, HOME), 0o700), (base / "tmp/.shm", 0o1777)):
        folder.mkdir()
        folder.chmod(mode)
        os.chown(folder, uid, gid)
    libc.mount(f"{base}/tmp/.shm", f"{base}{SHARED_MEMORY}", flags=_BIND)


def _show(path: Path, base: Path) -> None:
    """Bind a folder or file, with all that is mounted in it, read-only."""
    target = _below(base, path)
    if path.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    libc.mount(str(path), str(target), flags=_BIND | _RECURSIVE)
    attributes = (ctypes.c_uint64 * 4)(_ATTRIBUTES, 0, 0, 0)
    number = syscalls.numbers(syscalls.OURS)["mount_setattr"]
    name = ctypes.c_char_p(os.fsencode(target))
    libc.syscall(f"mount_setattr {path}", number, _AT_FDCWD, name, _AT_RECURSIVE, attributes, 32)


def _pivot(base: Path) -> None:
    os.chdir(base)
    ours = syscalls.numbers(syscalls.OURS)
    here = ctypes.c_char_p(b".")
    libc.syscall("pivot_root", ours["pivot_root"], here, here)
    libc.syscall("umount2", ours["umount2"], here, _DETACH)
    os.chdir("/")


def _below(base: Path, path: Path | str) -> Path:
    return base / str(path).lstrip("/")


def _holds_packages(entry: Path, package: Path) -> bool:
    """Whether a place that Python imports from may be shown whole: not if it is where grader is developed."""
    return entry.name in ("site-packages", "dist-packages") or entry.resolve() != package.parent
