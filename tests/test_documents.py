"""README, ARCHITECTURE and the design notes speak of things that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.cli import COMMANDS
from grader.cli.check import command
from grader.rubric import parse_rubric

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACEHOLDERS = ("ID", "FILE")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    absent = [name for name in named if not _is_somewhere(name)]
    absent += [link for link in linked if not (page.parent / link).exists()]
    assert absent == []


def _is_somewhere(name: str) -> bool:
    if any(word in name for word in PLACEHOLDERS):
        return True
    return any((root / name).exists() for root in (ROOT, ROOT / "grader"))


def test_the_readmes_rubric_is_one() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    rubric = parse_rubric(text, "cnn_two_layers.yaml")
    assert rubric.exercise == "cnn_two_layers"


def test_the_readme_knows_every_command_and_option() -> None:
    assert {name for name in COMMANDS if f"`grader {name}" not in README and f"grader {name} " not in README} == set()
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert {option for option in options if f"`{option}" not in README} == set()


def test_ci_runs_the_readmes_test_command() -> None:
    steps = re.search(r"^(.*pytest -n 2)$", README, re.MULTILINE)
    assert steps is not None
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for step in steps[1].split(" && "):
        assert step.replace("pytest -n 2", "pytest --slow -n 2") in script.splitlines()
