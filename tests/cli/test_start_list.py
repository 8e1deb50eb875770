"""`grader start` never costs anybody their work; `grader list` shows what there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_start_puts_the_stub_and_the_mark_here(run: Run, course: Path) -> None:
    result = run("start", "small")
    assert result.exit_code == 0 and "small.py" in result.stdout and "A small network" in result.stdout
    assert Path("small.py").read_text() == "class Net: ...\n"
    assert "exercise: small" in Path(".grader.yaml").read_text()


def test_start_with_a_notebook(run: Run) -> None:
    assert run("start", "small", "--notebook").exit_code == 0
    assert Path("small.ipynb").read_text() == "{}"


def test_start_leaves_an_existing_file_alone_unless_forced(run: Run) -> None:
    Path("small.py").write_text("my work")
    result = run("start", "small")
    assert result.exit_code == 2 and "--force" in result.stderr and Path("small.py").read_text() == "my work"
    assert not Path(".grader.yaml").exists()
    assert run("start", "small", "--force").exit_code == 0
    assert Path("small.py").read_text() == "class Net: ...\n"
    assert sorted(path.name for path in Path().iterdir()) == [".grader.yaml", "small.py"]


def test_a_folder_belongs_to_one_exercise(run: Run) -> None:
    run("start", "small")
    result = run("start", "other", "--lang", "ko")
    assert result.exit_code == 2 and "다른 폴더" in result.stderr and not Path("other.py").exists()
    assert run("start", "other", "--force").exit_code == 0


def test_start_what_does_not_exist(run: Run) -> None:
    assert "Did you mean `small`" in run("start", "smal").stderr
    assert run("start", "other", "--notebook").exit_code == 2


def test_list_shows_every_exercise_and_what_was_started(run: Run) -> None:
    run("start", "small")
    assert run("list").stdout.splitlines() == ["other\t100\t-\tA small network", "small\t100\tstarted\tA small network"]
    assert "작은 신경망" in run("list", "--lang", "ko").stdout


def test_list_goes_on_past_a_broken_rubric(run: Run, course: Path) -> None:
    (course / "rubrics" / "other.yaml").write_text("exercise: other\nchecks: 3\n")
    result = run("list")
    assert result.exit_code == 0 and "its rubric has mistakes" in result.stdout and "small\t100" in result.stdout


def test_an_empty_course_says_so(run: Run, course: Path) -> None:
    for rubric in (course / "rubrics").iterdir():
        rubric.unlink()
    assert "no exercises" in run("list").stderr
