"""`grader check`: one submission, graded."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.failures import INTERRUPTED
from grader.cli.options import grading_options
from grader.cli.output import STDOUT, Output
from grader.errors import UsageError
from grader.messages import Language

if TYPE_CHECKING:
    from grader.exercises import Course, Exercise
    from grader.submissions import SubmissionFile


@click.command("check")
@click.argument("exercise", required=False)
@click.argument("submission", required=False, type=click.Path(path_type=Path))
@grading_options
@click.option("--no-training", is_flag=True, help="Leave out the checks that train.")
def command(
    exercise: str | None,
    submission: Path | None,
    json_file: Path | None,
    language: Language,
    course: Path | None,
    plain: bool,
    no_training: bool,
    **options: Any,
) -> None:
    """Grade a submission and say what is wrong and why.

    SUBMISSION is a .py file, a notebook, or a folder or .zip that holds one. In the folder of a started exercise neither
    argument is needed. Exit codes: 0 full marks, 1 something failed, 2 wrong use, 3 something ungraded.
    """
    from grader.exercises import find_course
    from grader.grading import Interrupted, Options, grade

    output = Output(language, plain=plain, json_file=json_file)
    chosen, file = _chosen(find_course(course, Path.cwd()), exercise, submission)
    _refuse_unwritable(json_file)
    running = {name: options[name] for name in ("data", "device", "isolation", "seed", "probe_seed")}
    progress = output.progress()
    code = None
    try:
        report = grade(file, chosen, Options(**running, training=not no_training), progress)
    except Interrupted as stop:
        report, code = stop.report, INTERRUPTED
    finally:
        if progress is not None:
            progress.clear()
    output.write(report)
    sys.exit(report.exit_code if code is None else code)


def _chosen(course: Course, exercise: str | None, submission: Path | None) -> tuple[Exercise, SubmissionFile]:
    """What to grade: as named, else what was started in this folder, else the obvious file."""
    from grader.exercises import started_in
    from grader.submissions import find_submission

    here = Path.cwd()
    started = started_in(here)
    if submission is None and exercise is not None and _is_submission(exercise, course):
        submission, exercise = Path(exercise), None
    if exercise is None:
        if started is None:
            raise UsageError("cli.only_a_file", file=str(submission)) if submission else UsageError("cli.no_exercise")
        exercise = started.exercise
    chosen = course.exercise(exercise)
    if submission is None and started is not None and started.exercise == exercise and started.file.exists():
        submission = started.file
    return chosen, find_submission(submission or here, prefer=(exercise,))


def _is_submission(argument: str, course: Course) -> bool:
    """Whether the only argument is a path: not an exercise's id, but something that exists."""
    if any(exercise.id == argument for exercise in course.exercises()):
        return False
    with suppress(OSError, ValueError):
        return Path(argument).exists()
    return False


def _refuse_unwritable(file: Path | None) -> None:
    """Minutes of grading should not end in a report that cannot be written."""
    if file is not None and file != STDOUT and not file.absolute().parent.is_dir():
        raise UsageError("cli.cannot_write", file=str(file), reason=f"{file.parent}: no such folder")
