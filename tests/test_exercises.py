"""Where a course is found, what is in it, and what `grader start` leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.errors import CourseError, RubricError
from grader.exercises import Course, find_course, mark_started, started_in


def make_course(folder: Path, **sections: int) -> Path:
    for name in ("exercises", "rubrics", "solutions"):
        (folder / name).mkdir(parents=True)
    for id, section in sections.items():
        text = f"exercise: {id}\ntitle: {{ko: 가, en: a}}\nsection: {section}\ntarget: Net\nchecks: {{source: 1}}\n"
        (folder / "rubrics" / f"{id}.yaml").write_text(text, encoding="utf-8")
        (folder / "exercises" / f"{id}.py").write_text("class Net: ...\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _no_course_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_COURSE", raising=False)


def test_a_named_course_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, environment, here = (make_course(tmp_path / name) for name in ("강의", "b", "c"))
    monkeypatch.setenv("GRADER_COURSE", str(environment))
    assert find_course(named, here).folder == named


def test_the_environment_comes_before_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment, here = make_course(tmp_path / "b"), make_course(tmp_path / "c")
    monkeypatch.setenv("GRADER_COURSE", str(environment))
    assert find_course(None, here).folder == environment


def test_the_nearest_folder_upwards_comes_next(tmp_path: Path) -> None:
    outer = make_course(tmp_path / "outer")
    inner = make_course(outer / "work" / "inner")
    assert find_course(None, inner / "exercises").folder == inner
    assert find_course(None, outer / "work").folder == outer


def test_the_course_of_the_package_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "grader"
    course = make_course(package / "course")
    monkeypatch.setattr(grader, "__file__", str(package / "__init__.py"))
    (tmp_path / "elsewhere").mkdir()
    assert find_course(None, tmp_path / "elsewhere").folder == course


def test_an_editable_install_offers_its_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make_course(tmp_path / "repository")
    monkeypatch.setattr(grader, "__file__", str(repository / "grader" / "__init__.py"))
    (tmp_path / "elsewhere").mkdir()
    assert find_course(None, tmp_path / "elsewhere").folder == repository


def test_no_course_anywhere_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grader, "__file__", str(tmp_path / "site" / "grader" / "__init__.py"))
    with pytest.raises(CourseError, match="--course"):
        find_course(None, tmp_path)


@pytest.mark.parametrize("from_environment", [True, False])
def test_a_named_folder_that_is_no_course_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, from_environment: bool
) -> None:
    (tmp_path / "exercises").mkdir()
    monkeypatch.setenv("GRADER_COURSE", str(tmp_path))
    with pytest.raises(CourseError, match=r"it has no folder `rubrics/`") as caught:
        find_course(None if from_environment else tmp_path, make_course(tmp_path / "good"))
    assert ("$GRADER_COURSE" if from_environment else "--course") in str(caught.value)


def test_exercises_come_by_section_then_id(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, b=2, a=2, z=1))
    assert [exercise.id for exercise in course.exercises()] == ["z", "a", "b"]


def test_a_broken_rubric_does_not_hide_the_others(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, b=2, c=3))
    (tmp_path / "rubrics" / "a.yaml").write_text("section: [", encoding="utf-8")
    assert [exercise.id for exercise in course.exercises()] == ["b", "c", "a"]
    with pytest.raises(RubricError):
        _ = course.exercise("a").rubric


def test_an_exercise_knows_its_files(tmp_path: Path) -> None:
    exercise = Course(make_course(tmp_path, net=1)).exercise("net")
    assert exercise.stub() == tmp_path / "exercises" / "net.py"
    assert exercise.notebook is None and exercise.solution is None
    with pytest.raises(CourseError, match=r"net\.ipynb"):
        exercise.stub("ipynb")
    (tmp_path / "exercises" / "net.ipynb").touch()
    (tmp_path / "solutions" / "net.py").touch()
    assert exercise.stub("ipynb") == exercise.notebook == tmp_path / "exercises" / "net.ipynb"
    assert exercise.solution == tmp_path / "solutions" / "net.py"


def test_a_rubric_is_read_only_when_asked_for(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, net=1))
    exercise = course.exercise("net")
    assert exercise.rubric is exercise.rubric
    assert exercise.rubric.exercise == "net"


def test_an_unknown_exercise_gets_a_suggestion(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, cnn_mnist_channels=5, cnn_wafer=5))
    with pytest.raises(CourseError, match="Did you mean `cnn_mnist_channels`"):
        course.exercise("CNN_MNIST_chanels")
    with pytest.raises(CourseError, match="`grader list` shows"):
        course.exercise("전혀 다른")


@pytest.mark.parametrize("id", ["../rubrics/net", "/etc/passwd", "net.yaml", ""])
def test_an_id_is_never_a_path(tmp_path: Path, id: str) -> None:
    with pytest.raises(CourseError):
        Course(make_course(tmp_path, net=1)).exercise(id)


@pytest.mark.parametrize("file_name", ["answer.py", "내 답안: 1.ipynb", "no"])
def test_a_started_exercise_is_recognised(tmp_path: Path, file_name: str) -> None:
    assert started_in(tmp_path) is None
    mark_started(tmp_path, "net", file_name)
    started = started_in(tmp_path)
    assert started is not None
    assert (started.exercise, started.file) == ("net", tmp_path / file_name)


@pytest.mark.parametrize(
    "text",
    ["", "exercise: net", "exercise: net\nfile: ../a.py", "exercise: 1\nfile: a.py", "[", "exercise: net\nfile: ''"],
)
def test_a_damaged_marker_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / ".grader.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="Delete it"):
        started_in(tmp_path)
