"""Shell commands are told apart: what would install something, and the rest."""

from __future__ import annotations

import pytest

from grader.student.commands import answer_to, in_all_languages


@pytest.mark.parametrize(
    "command",
    [
        "pip install torch",
        "/usr/bin/python3 -m pip install -q --upgrade torch torchvision",
        "pip3 uninstall -y torch",
        "%pip install foo",
        "conda install -y pytorch -c pytorch",
        "apt-get -qq update && apt-get install -y fonts-nanum",
        "uv pip install torch",
        "apt -y install graphviz",
    ],
)
def test_installing_is_recognised(command: str) -> None:
    """By the tool and what it is told to do."""
    assert answer_to(command).id == "source.install_skipped"


@pytest.mark.parametrize(
    "command", ["ls", "nvidia-smi", "pip list", "wget https://e.org/pip install", "git clone pip", ""]
)
def test_anything_else_is_a_command(command: str) -> None:
    """Also what only mentions a tool."""
    expected = "source.install_skipped" if "pip install" in command else "source.command_skipped"
    assert answer_to(command).id == expected


def test_long_commands_are_cut_and_lines_joined() -> None:
    """One line in each language."""
    said = in_all_languages(answer_to("echo a\n" + "b" * 10_000))
    assert said.count("\n") == 2 and len(said) < 400
