"""Where data may lie: the folder that `$GRADER_DATA` names, and the user's cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

Source = Literal["auto", "real", "standin"]
Progress = Callable[[str, int, "int | None"], None]  # what is being fetched, bytes done, bytes in all


def cache_folder() -> Path:
    """The folder for everything that grader can make again: `$GRADER_CACHE`, else the platform's user cache."""
    if chosen := os.environ.get("GRADER_CACHE"):
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("grader"))


def given_folder() -> Path | None:
    """The data folder that `$GRADER_DATA` names, whether it exists or not; None when it names none."""
    chosen = os.environ.get("GRADER_DATA")
    return Path(chosen).expanduser().absolute() if chosen else None


def download_folder() -> Path:
    """The data folder inside the cache: same layout as `$GRADER_DATA`; downloads land here."""
    return cache_folder() / "data"


def data_folders() -> list[tuple[str, Path]]:
    """Every folder in which real data are looked for, best first, each with its name for people."""
    given = given_folder()
    folders = [("$GRADER_DATA", given)] if given else []
    return [*folders, ("cache", download_folder())]
