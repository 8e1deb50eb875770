"""A cache of its own for every test, and the real data where the machine has them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.datasets import download


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder; nothing is asked of the network and no failure of another test is remembered."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GRADER_CACHE", str(folder))
    monkeypatch.setenv("GRADER_OFFLINE", "1")
    monkeypatch.setattr(download, "_failures", {})
    return folder


@pytest.fixture
def real_data() -> Path:
    """The folder with the real data."""
    folder = Path(os.environ.get("GRADER_DATA", ""))
    if not (folder / "MNIST").is_dir():
        pytest.skip("no real data: set GRADER_DATA to a folder that has them")
    return folder


@pytest.fixture
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without real data."""
    monkeypatch.delenv("GRADER_DATA", raising=False)


@pytest.fixture
def copy_data(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Copies a part of the real data to a writable folder, which becomes $GRADER_DATA."""

    def copy(part: str) -> Path:
        folder = tmp_path / "copy"
        shutil.copytree(real_data / part, folder / part, copy_function=shutil.copyfile)
        for path in [folder / part, *(folder / part).rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        monkeypatch.setenv("GRADER_DATA", str(folder))
        return folder

    return copy
