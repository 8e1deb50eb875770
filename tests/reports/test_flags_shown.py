"""Flags in every report: a section of their own, addressed to the instructor, without points."""

from __future__ import annotations

import io
import json

import pytest
import samples
from rich.console import Console

from grader.messages import Language
from grader.reports.json_report import to_json
from grader.reports.plain import render_plain
from grader.reports.terminal import render_terminal

FLAG = samples.said("The network is good before it is trained.", hint="Look at forward.", severity="note")


def _screen(language: Language) -> str:
    console = Console(file=io.StringIO(), width=100)
    render_terminal(samples.report(flags=(FLAG,)), language, console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(("language", "title"), [("en", "For the instructor"), ("ko", "강사 확인용")])
def test_a_flag_stands_in_a_section_of_its_own(language: Language, title: str) -> None:
    """On the terminal below a heading, in plain text behind the same words."""
    screen = _screen(language)
    assert screen.index(title) < screen.index("good before it is trained") < screen.index("Look at forward")
    plain = render_plain(samples.report(flags=(FLAG,)), language)
    assert f"  note: {title}: " in plain and "good before it is trained" in plain


@pytest.mark.parametrize("language", ["en", "ko"])
def test_without_flags_nobody_is_addressed(language: Language) -> None:
    """A report has no empty section."""
    console = Console(file=io.StringIO(), width=100)
    render_terminal(samples.all_passed(), language, console)
    texts = render_plain(samples.all_passed(), language) + console.file.getvalue()  # type: ignore[attr-defined]
    assert "instructor" not in texts and "강사" not in texts


def test_a_flag_changes_neither_points_nor_outcome() -> None:
    """Everything but the list itself is as without it."""
    verdicts = samples.all_passed().verdicts
    plain, flagged = (json.loads(to_json(samples.report(*verdicts, flags=flags))) for flags in ((), (FLAG,)))
    assert len(flagged.pop("flags")) == 1 and plain.pop("flags") == []
    assert plain == flagged
