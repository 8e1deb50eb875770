"""Whatever a submission has made of its folder, it is gone afterwards, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.sandbox.removal import remove


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scratch"
    made.mkdir()
    return made


def test_thousands_of_levels(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(3000):  # by descriptor: the whole path is too long for any system call
        os.mkdir("deep", dir_fd=here)
        below = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    remove(folder)
    assert not folder.exists()


def test_locked_folders_and_odd_names(folder: Path) -> None:
    for place in (folder / "a/b/c", folder / "\n", folder / "a/b/\udcff"):
        place.mkdir(parents=True)
        (place / "file").write_text("x")
    for place in (folder / "a/b/c", folder / "a/b", folder / "a"):
        place.chmod(0)
    remove(folder)
    assert not folder.exists()


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/kept").write_text("kept")
    (folder / "inner").mkdir()
    (folder / "inner/link").symlink_to(tmp_path / "other")
    (folder / "link").symlink_to(tmp_path / "other/kept")
    remove(folder)
    assert not folder.exists() and (tmp_path / "other/kept").read_text() == "kept"


def test_what_is_not_there_needs_no_removing(folder: Path) -> None:
    remove(folder / "nowhere")
    assert folder.exists()
