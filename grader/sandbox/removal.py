"""Removing a folder that a submission may have made hard to remove: locked, oddly named, or thousands of levels deep."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove `folder` and all below it; links are removed, never followed. Its processes are gone, so nothing can race.

    Without recursion and without long paths: a folder within a folder is moved up before it is looked into. What cannot be
    removed is left, silently.
    """
    mark, moved, waiting = secrets.token_hex(8), 0, [folder]
    while waiting:
        place = waiting.pop()
        for child in _folders_left(place):
            with contextlib.suppress(OSError):
                child.chmod(0o700)  # a locked folder cannot even be moved
                if place != folder:
                    moved += 1
                    child = child.rename(folder / f".{mark}-{moved}")
                waiting.append(child)
        if place != folder:
            with contextlib.suppress(OSError):
                place.rmdir()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _folders_left(place: Path) -> list[Path]:
    """The folders in `place`, everything else in it having been removed."""
    try:
        place.chmod(0o700)
        with os.scandir(place) as found:
            entries = list(found)
    except OSError:
        return []
    folders = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            with contextlib.suppress(OSError):
                Path(entry.path).unlink()
    return folders
