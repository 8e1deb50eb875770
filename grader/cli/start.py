"""`grader start`: an exercise's stub, put into the current folder."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import reading_options
from grader.errors import UsageError
from grader.messages import Language, Message
from grader.reports.neutral import render


@click.command("start")
@click.argument("exercise")
@click.option("--notebook", is_flag=True, help="A notebook instead of a .py file.")
@click.option("--force", is_flag=True, help="Replace the file that is here. Your work in it is lost.")
@reading_options
def command(exercise: str, notebook: bool, force: bool, language: Language, course: Path | None, plain: bool) -> None:
    """Put the stub of EXERCISE into this folder. `grader check` then needs no arguments here."""
    from grader.exercises import find_course, mark_started

    here = Path.cwd()
    chosen = find_course(course, here).exercise(exercise)
    stub = chosen.stub("ipynb" if notebook else "py")
    file = here / f"{chosen.id}{stub.suffix}"
    if not force:
        _refuse_other(here, chosen.id)
    _put(stub, file, force=force)
    mark_started(here, chosen.id, file.name)
    title = getattr(chosen.rubric.title, language)
    click.echo(render(Message("cli.started", {"title": title, "file": file.name}), language))


def _refuse_other(folder: Path, exercise: str) -> None:
    """A folder's mark names one exercise: starting a second one would silently change what `grader check` means."""
    from grader.exercises import started_in

    started = started_in(folder)
    if started is not None and started.exercise != exercise:
        raise UsageError("cli.other_exercise", exercise=started.exercise, wanted=exercise)


def _put(stub: Path, file: Path, *, force: bool) -> None:
    """Copy `stub` to `file`. Without `force` the file is created or nothing happens: no moment in which it can be lost."""
    try:
        data = stub.read_bytes()
        if not force:
            with open(file, "xb") as target:
                target.write(data)
            return
        fresh = file.with_name(f".{file.name}.new")
        fresh.write_bytes(data)
        fresh.replace(file)
    except FileExistsError as error:
        raise UsageError("cli.exists", file=file.name) from error
    except OSError as error:
        raise UsageError("cli.cannot_write", file=file.name, reason=error.strerror or str(error)) from error
