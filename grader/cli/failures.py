"""How an error leaves the command line: one message on stderr and an exit code."""

from __future__ import annotations

import os
import traceback

import click

from grader.cli.options import language_of
from grader.errors import GraderError, RubricError, UsageError
from grader.messages import Message
from grader.reports.escaping import log_text
from grader.reports.neutral import neutral, one_line, render

WRONG_USE, OURS, INTERRUPTED = 2, 3, 130
DEBUG = "GRADER_DEBUG"


def explain(error: BaseException, ctx: click.Context) -> int:
    """Say on stderr what went wrong, in the reader's language. Returns the exit code."""
    language = language_of(ctx)
    if isinstance(error, KeyboardInterrupt):
        return say(Message("cli.interrupted"), ctx, INTERRUPTED)
    if os.environ.get(DEBUG) == "1":
        _tell(neutral("".join(traceback.format_exception(error)), characters=20_000, lines=400))
    if isinstance(error, GraderError):
        _tell(neutral(error.text(language), characters=8000, lines=120))
        return WRONG_USE if isinstance(error, UsageError | RubricError) else OURS
    return say(Message("cli.bug", {"error": one_line(f"{type(error).__name__}: {error}"), "debug": DEBUG}), ctx, OURS)


def say(message: Message, ctx: click.Context, code: int) -> int:
    """Print one message on stderr. Returns `code`."""
    _tell(render(message, language_of(ctx)))
    return code


def _tell(text: str) -> None:
    click.echo(log_text(text), err=True)  # a build server reads stderr, too
