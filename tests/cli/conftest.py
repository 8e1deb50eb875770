"""A small course, and `grade()` replaced by a script."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from scripted import Grading, Interrupted, Options

from grader.cli import main

RUBRIC = """\
exercise: {id}
title: {{ko: 작은 신경망, en: A small network}}
target: Net
input: [batch, 2]
network:
  fc: Linear(2, 1)
  forward: fc
checks:
  layers: 60
  parameters: 40
"""


@pytest.fixture
def grading(monkeypatch: pytest.MonkeyPatch) -> Grading:
    script = Grading()
    module = types.ModuleType("grader.grading")
    vars(module).update(grade=script.grade, Interrupted=Interrupted, Options=Options)
    monkeypatch.setitem(sys.modules, "grader.grading", module)
    return script


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with the exercises `small` and `other`; the working directory is an empty folder beside it."""
    folder = tmp_path / "course"
    for name in ("exercises", "rubrics"):
        (folder / name).mkdir(parents=True)
    for id in ("small", "other"):
        (folder / "rubrics" / f"{id}.yaml").write_text(RUBRIC.format(id=id), encoding="utf-8")
        (folder / "exercises" / f"{id}.py").write_text("class Net: ...\n", encoding="utf-8")
    (folder / "exercises" / "small.ipynb").write_text("{}", encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("GRADER_COURSE", str(folder))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "GRADER_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def run(course: Path) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, prog_name="grader")

    return run
