"""The command line. A command's module is imported only when that command runs, so `grader --help` stays instant."""

from __future__ import annotations

import importlib
from typing import Any

import click

from grader import __version__

COMMANDS = {  # name: one line of help; each is `command` in the module of that name
    "check": "Grade a submission and say what is wrong and why.",
    "data": "Show, fetch and verify the data sets.",
    "doctor": "Say what this machine can and cannot do.",
    "list": "List the exercises of the course.",
    "schema": "Print the JSON Schema of rubrics.",
    "start": "Put an exercise's stub into this folder.",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it. Errors end as one message."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"grader.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            close = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else " `grader --help` lists the commands."
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.ClickException, click.exceptions.Exit, click.exceptions.Abort, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:
            from grader.cli.failures import explain

            ctx.exit(explain(error, ctx))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader")
def main() -> None:
    """An autograder for introductory deep-learning courses in PyTorch."""
