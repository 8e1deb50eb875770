"""`grader list`: the exercises of the course."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import reading_options
from grader.errors import RubricError
from grader.messages import Language, Message
from grader.reports.neutral import one_line, render

if TYPE_CHECKING:
    from rich.text import Text

    from grader.exercises import Course, Exercise


@dataclass(frozen=True)
class Row:
    """One exercise as it is listed."""

    id: str
    title: str
    points: str
    started: bool


@click.command("list")
@reading_options
def command(language: Language, course: Path | None, plain: bool) -> None:
    """List the exercises of the course: id, points, title, and which one was started in this folder."""
    from grader.exercises import find_course

    found = find_course(course, Path.cwd())
    rows = _rows(found, language)
    if not rows:
        click.echo(render(Message("cli.list_empty", {"folder": str(found.folder)}), language), err=True)
    elif plain or not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join((row.id, row.points, "started" if row.started else "-", row.title)))
    else:
        _show(rows, language)


def _rows(course: Course, language: Language) -> list[Row]:
    from grader.exercises import started_in

    started = started_in(Path.cwd())
    return [
        _row(exercise, language, started is not None and started.exercise == exercise.id)
        for exercise in course.exercises()
    ]


def _row(exercise: Exercise, language: Language, started: bool) -> Row:
    """One row; a rubric with mistakes is listed too, with the first of them in place of the title."""
    from grader.reports.wording import points

    try:
        rubric = exercise.rubric
    except RubricError as error:
        problem = Message("cli.list_broken", {"problem": error.problems[0] if error.problems else error.text(language)})
        return Row(exercise.id, one_line(render(problem, language)), "-", started)
    return Row(exercise.id, one_line(getattr(rubric.title, language)), points(rubric.max_points), started)


def _show(rows: Sequence[Row], language: Language) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    table.add_column(Text(), width=1)
    table.add_column(_heading("exercise", language), no_wrap=True)
    table.add_column(_heading("points", language), justify="right")
    table.add_column(_heading("title", language), overflow="fold")
    for row in rows:
        mark = Text("▸" if row.started else "", "green")
        table.add_row(mark, Text(row.id, "bold"), Text(row.points), Text(row.title))
    console = Console()
    console.print(table)
    if any(row.started for row in rows):
        console.print(Text("▸ ", "green").append_text(_heading("started", language)))


def _heading(name: str, language: Language) -> Text:
    from rich.text import Text

    return Text(render(Message(f"cli.list_{name}"), language))
