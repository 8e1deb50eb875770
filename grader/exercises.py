"""A course and its exercises, found by id.

COURSE/
├── exercises/ID.py, ID.ipynb     what the student starts from
├── rubrics/ID.yaml               what is checked; an id exists when its rubric does
└── solutions/ID.py               on the author's machine only
"""

from __future__ import annotations

import difflib
import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import grader
from grader.errors import CourseError, RubricError

if TYPE_CHECKING:
    from grader.rubric import Rubric

StubKind = Literal["py", "ipynb"]

MARKER = ".grader.yaml"
_FOLDERS = ("exercises", "rubrics")


@dataclass(frozen=True)
class Exercise:
    """An exercise of the course in `course_folder`."""

    id: str
    course_folder: Path

    @functools.cached_property
    def rubric(self) -> Rubric:
        """The rubric, read when it is first asked for.

        Raises:
            RubricError: the rubric has mistakes.
        """
        from grader.rubric import load_rubric

        return load_rubric(self.rubric_path)

    @property
    def rubric_path(self) -> Path:
        """Where the rubric is."""
        return self.course_folder / "rubrics" / f"{self.id}.yaml"

    @property
    def notebook(self) -> Path | None:
        """The notebook that a student starts from; None where the exercise has none."""
        return _if_file(self._stub("ipynb"))

    @property
    def solution(self) -> Path | None:
        """The reference solution; None on a machine that does not hold it."""
        return _if_file(self.course_folder / "solutions" / f"{self.id}.py")

    def stub(self, kind: StubKind = "py") -> Path:
        """The file that a student starts from.

        Raises:
            CourseError: the exercise has none of this kind.
        """
        path = self._stub(kind)
        if not path.is_file():
            raise CourseError("course.no_stub", exercise=self.id, file=path.name, folder=str(path.parent))
        return path

    def _stub(self, kind: StubKind) -> Path:
        return self.course_folder / "exercises" / f"{self.id}.{kind}"


@dataclass(frozen=True)
class Course:
    """A folder with `exercises/` and `rubrics/`."""

    folder: Path

    def exercise(self, id: str) -> Exercise:
        """The exercise called `id`.

        Raises:
            CourseError: there is none; says which come near.
        """
        ids = self._ids()
        if id in ids:
            return Exercise(id, self.folder)
        near = difflib.get_close_matches(id.lower(), ids, n=3, cutoff=0.5)
        if near:
            quoted = ", ".join(f"`{name}`" for name in near)
            raise CourseError("course.unknown_exercise_near", exercise=id, near=quoted)
        raise CourseError("course.unknown_exercise", exercise=id)

    def exercises(self) -> list[Exercise]:
        """All exercises by section, then id; those without a section, or with a broken rubric, come last."""
        return sorted((Exercise(id, self.folder) for id in self._ids()), key=_position)

    def _ids(self) -> list[str]:
        paths = (self.folder / "rubrics").glob("*.yaml")
        return sorted(path.stem for path in paths if not path.name.startswith("."))


@dataclass(frozen=True)
class Started:
    """What `grader start` left in a folder: which exercise it is about and which file holds the answer."""

    exercise: str
    file: Path


def find_course(course: Path | None = None, start: Path | None = None) -> Course:
    """The course to use: `course` if given, else ``$GRADER_COURSE``, else `start` (by default the working directory) or
    the nearest folder above it that is one, else the course that came with the package.

    Raises:
        CourseError: the folder that was named is no course, or none was found.
    """
    if course is not None:
        return _named(course, "--course")
    if os.environ.get("GRADER_COURSE"):
        return _named(Path(os.environ["GRADER_COURSE"]), "$GRADER_COURSE")
    start = (start or Path.cwd()).absolute()
    package = Path(grader.__file__).parent
    for folder in (start, *start.parents, package / "course", package.parent):
        if not _missing(folder):
            return Course(folder)
    raise CourseError("course.none_found")


def mark_started(folder: Path, exercise: str, file_name: str) -> None:
    """Leave in `folder` that `exercise` was started there, with its answer in `file_name`."""
    quoted = json.dumps(file_name, ensure_ascii=False)
    text = f"# `grader check` reads this file. Delete it if it is in the way.\nexercise: {exercise}\nfile: {quoted}\n"
    (folder / MARKER).write_text(text, encoding="utf-8")


def started_in(folder: Path) -> Started | None:
    """What was started in `folder`; None where nothing was.

    Raises:
        CourseError: there is a marker file, but it is damaged.
    """
    from grader.rubric.yaml_marks import read_yaml

    path = folder / MARKER
    if not path.is_file():
        return None
    try:
        content = read_yaml(path.read_text(encoding="utf-8"), MARKER).value
        exercise, file_name = content["exercise"], content["file"]
    except (OSError, UnicodeDecodeError, RubricError, KeyError, TypeError) as error:
        raise CourseError("course.broken_marker", file=str(path)) from error
    texts = isinstance(exercise, str) and isinstance(file_name, str)
    if not texts or not file_name or Path(file_name).name != file_name:  # a file of this very folder
        raise CourseError("course.broken_marker", file=str(path))
    return Started(exercise, folder / file_name)


def _named(folder: Path, source: str) -> Course:
    missing = _missing(folder)
    if missing:
        names = ", ".join(f"`{name}/`" for name in missing)
        raise CourseError("course.not_a_course", folder=str(folder), source=source, missing=names)
    return Course(folder.absolute())


def _missing(folder: Path) -> list[str]:
    return [name for name in _FOLDERS if not (folder / name).is_dir()]


def _if_file(path: Path) -> Path | None:
    return path if path.is_file() else None


def _position(exercise: Exercise) -> tuple[float, str]:
    try:
        section = exercise.rubric.section
    except RubricError:
        section = None
    return (float("inf") if section is None else section, exercise.id)
