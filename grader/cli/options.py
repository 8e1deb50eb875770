"""The options that mean the same in every command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from grader.messages import LANGUAGES, Language
from grader.reports.language import reader_language

LANGUAGE_KEY = "grader.language"
Command = TypeVar("Command", bound=Callable[..., Any])


def language_of(ctx: click.Context) -> Language:
    """The language to answer in: `--lang`, else the locale's."""
    return reader_language(ctx.meta.get(LANGUAGE_KEY))


def _remember_language(ctx: click.Context, _: click.Parameter, value: Language | None) -> Language:
    """Kept in the context from the first moment on, so that an error anywhere is told in this language."""
    ctx.meta[LANGUAGE_KEY] = value
    return reader_language(value)


language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    callback=_remember_language,
    is_eager=True,
    help="Language of the answer.  [default: by the locale]",
)
course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The course's folder.  [default: found from here]",
)
plain_option = click.option("--plain", is_flag=True, help="Plain text: no colour, no drawing, no progress.")
json_option = click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False, writable=True, allow_dash=True),
    metavar="FILE|-",
    help="Write the report as JSON; - prints it and nothing else.",
)
data_option = click.option(
    "--data",
    type=click.Choice(["auto", "real", "standin"]),
    default="auto",
    show_default=True,
    help="Real data, a stand-in, or whichever there is.",
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where training runs.",
)
isolation_option = click.option(
    "--isolation",
    type=click.Choice(["auto", "strict", "none"]),
    default="auto",
    show_default=True,
    help="How the submission is confined: the best there is, not below the safe minimum, or not at all.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), help="Moves every random choice by this number.  [default: 0]"
)

probe_seed_option = click.option(
    "--probe-seed",
    type=click.IntRange(0, 2**63 - 1),
    help="Repeats what a former grading tried the submission with; its report says the number.  [default: fresh]",
)


def reading_options(function: Command) -> Command:
    """`--lang`, `--course` and `--plain`: for commands that only look."""
    return _all(function, language_option, course_option, plain_option)


def grading_options(function: Command) -> Command:
    """Every option of a command that grades."""
    running = (data_option, device_option, isolation_option, seed_option, probe_seed_option)
    return _all(function, json_option, language_option, *running, course_option, plain_option)


def _all(function: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        function = option(function)
    return function
