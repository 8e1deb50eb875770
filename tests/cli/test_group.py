"""The group itself: it is quick because it knows its commands without importing them."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from grader.cli import COMMANDS, main

HEAVY = ("torch", "pydantic", "rich", "yaml", "numpy", "IPython", "nbformat")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["check", "--help"], ["start", "--help"], ["list", "--help"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys, grader, grader.cli\n"
        f"try: grader.cli.main({arguments!r})\n"
        f"except SystemExit as end: assert not end.code\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert result.stdout.endswith("HEAVY []\n"), result.stdout + result.stderr


def test_help_lists_every_command_with_its_line() -> None:
    shown = " ".join(CliRunner().invoke(main, ["--help"]).output.split())
    assert all(f"{name} {line}" in shown for name, line in COMMANDS.items())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_listed_command_exists_and_explains_itself(name: str) -> None:
    if importlib.util.find_spec(f"grader.cli.{name}") is None:
        pytest.skip(f"grader.cli.{name} is not there yet")
    command = importlib.import_module(f"grader.cli.{name}").command
    assert isinstance(command, click.Command) and command.help


def test_an_unknown_command_gets_the_nearest_one() -> None:
    result = CliRunner().invoke(main, ["chek"])
    assert result.exit_code == 2 and "Did you mean 'check'?" in result.output
