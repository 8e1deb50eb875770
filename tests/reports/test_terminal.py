"""The terminal report: it fits the screen and says in words what it says in colour."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import samples
from rich.cells import cell_len
from rich.console import Console

from grader.reports import Report
from grader.reports.terminal import SYMBOLS, render_terminal
from grader.verdict import Outcome, Verdict


def screen(report: Report, language: str = "en", width: int = 100, *, colour: bool = False) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None)
    render_terminal(report, language, console)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize("make", samples.ALL)
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_no_line_is_wider_than_the_terminal(make: Callable[[], Report], language: str, width: int) -> None:
    assert max(map(cell_len, screen(make(), language, width).splitlines())) <= width


@pytest.mark.parametrize("make", [make for make in samples.ALL if make is not samples.hostile])
def test_a_report_is_one_screen(make: Callable[[], Report]) -> None:
    assert len(screen(make()).splitlines()) <= 40


def test_words_and_symbols_stand_beside_the_colour() -> None:
    shown = screen(samples.failed_layers())
    assert "✘ failed  layers    20/30" in shown
    assert "– skipped training   0/40  grader needs `forward`" in shown
    assert "22.5 / 100" in shown and "█" in shown and "░" in shown
    assert "answer.py:17" in shown and "→ grader Make in_channels equal to 64." in shown
    assert set(SYMBOLS) == set(Outcome)


def test_the_shape_table_marks_the_row_that_is_wrong() -> None:
    row = next(line for line in screen(samples.failed_layers()).splitlines() if "layer2 " in line and "Conv2d" in line)
    assert row.split()[0] == "✘" and "did not run" in row and "(N, 64, 14, 14)" in row


def test_the_curve_is_drawn_with_its_ends_and_scores() -> None:
    shown = screen(samples.all_passed())
    assert "loss 2.31 █▄▃▂▁▁ 0.11" in shown and "accuracy 0.9431 → 0.9712" in shown
    assert "▁×× nan" in screen(samples.diverged())


def test_hangul_columns_line_up() -> None:
    verdicts = (Verdict("층", Outcome.PASSED, 1, 1), Verdict("layers", Outcome.SKIPPED, 0, 10))
    shown = screen(samples.report(*verdicts), "ko").splitlines()
    ends = [
        cell_len(line[: line.index(score) + len(score)])
        for line in shown
        for score in (" 1/1", "0/10")
        if score in line
    ]
    assert len(ends) == 2 and ends[0] == ends[1]


def test_a_stand_in_is_loud() -> None:
    assert "⚠ STAND-IN DATA" in screen(samples.provisional()) and "provisional" in screen(samples.provisional())


def test_student_text_is_neither_markup_nor_control() -> None:
    shown = screen(samples.hostile())
    assert "[bold red]x[/]" in shown and "\\x1b[2J" in shown
    assert shown.replace("\n", "").isprintable()
    assert "\x1b[2J" not in screen(samples.hostile(), colour=True)


def test_many_findings_are_counted_instead_of_shown() -> None:
    findings = tuple(samples.said(f"problem {index}") for index in range(50))
    shown = screen(samples.report(Verdict("layers", Outcome.FAILED, 0, 1, findings)))
    assert "problem 5" in shown and "problem 6" not in shown and "44 more" in shown
