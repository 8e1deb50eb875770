"""Whatever a submission says, no report format lets it act: on a terminal, a page, a log, a spreadsheet."""

from __future__ import annotations

import html.parser
import io
import json
import re
import sys
from collections.abc import Callable

import click
import nasty
import pytest
from hypothesis import given, settings
from rich.console import Console

from grader.cli.failures import explain
from grader.cli.output import BUILD_SERVERS, Output
from grader.errors import SubmissionError
from grader.reports import Report
from grader.reports.json_reading import from_json
from grader.reports.json_report import to_json
from grader.reports.notebook_page import render_page
from grader.reports.plain import render_plain
from grader.reports.progress import status
from grader.reports.terminal import render_terminal

OURS = re.compile(r"(EXERCISE|SUBMISSION|TOTAL|PASS|FAIL|ERROR|TIMEOUT|MEMORY|SKIP|UNGRADED) |  ")


def plain(report: Report) -> str:
    return render_plain(report)


def terminal(report: Report, width: int = 100) -> str:
    stream = io.StringIO()
    render_terminal(report, "ko", Console(file=stream, width=width))
    return stream.getvalue()


def page_text(report: Report) -> str:
    """The text of the page, as a browser would show it; fails on any tag or attribute that is not ours."""
    seen = _Page(render_page(report))
    assert set(seen.tags) <= {"pre", "span"} and seen.attributes <= {"style"}
    assert not re.search(r"url|expression|import", "".join(seen.styles).replace("'D2Coding'", ""))
    return seen.text


class _Page(html.parser.HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.styles: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.styles += [value or "" for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


FORMATS = [plain, terminal, page_text, to_json]


@pytest.mark.parametrize("show", FORMATS)
@pytest.mark.parametrize("kind", nasty.NASTY)
def test_nothing_dangerous_leaves(show: Callable[[Report], str], kind: str) -> None:
    shown = show(nasty.everywhere(nasty.NASTY[kind]))
    assert list(nasty.dangerous(shown)) == []
    shown.encode("utf-8")


@settings(max_examples=15)
@given(nasty.texts)
def test_nor_does_any_mixture_of_it(text: str) -> None:
    report = nasty.everywhere(text)
    log, stored = plain(report), to_json(report)
    for shown in (log, stored, terminal(report), page_text(report)):
        assert list(nasty.dangerous(shown)) == []
    assert from_json(stored).submission == text
    assert not re.search(r"##\w*\[", log + stored)
    assert all(OURS.match(line) and not line.strip().startswith("::") for line in log.splitlines())
    assert log.split("\n")[:-1] == log.splitlines()


@pytest.mark.parametrize("kind", ["command", "spaced command", "old command", "lines", "long lines"])
def test_a_log_holds_no_command(kind: str) -> None:
    report = nasty.everywhere(nasty.NASTY[kind])
    for log in (plain(report), to_json(report)):
        assert not re.search(r"##\w*\[", log)
        assert not any(line.strip().startswith("::") for line in log.splitlines())


def test_a_log_of_an_error_holds_no_command_either(capsys: pytest.CaptureFixture[str]) -> None:
    context = click.Context(click.Command("check"))
    for text in nasty.NASTY.values():
        for error in (SubmissionError("submissions.missing", path=f"\n::error::{text}"), ValueError(text)):
            explain(error, context)
            said = capsys.readouterr().err
            assert list(nasty.dangerous(said)) == [] and not re.search(r"##\w*\[", said)
            assert not any(line.strip().startswith("::") for line in said.splitlines())


@pytest.mark.parametrize("server", ["", *BUILD_SERVERS])
def test_a_build_server_gets_the_plain_report_even_on_a_terminal(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BUILD_SERVERS:
        monkeypatch.delenv(name, raising=False)
    if server:
        monkeypatch.setenv(server, "true")
    monkeypatch.setattr(sys, "stdout", _Terminal())
    assert Output("en").plain == bool(server)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_reports_stay_short_however_much_is_said() -> None:
    for text in ("A" * 300_000, "한\n" * 100_000):
        report = nasty.everywhere(text)
        assert len(plain(report)) < 200_000 and len(terminal(report)) < 400_000


def test_markup_is_shown_as_it_was_written() -> None:
    for kind in ("script", "picture", "rich", "jinja", "breakout"):
        text = nasty.NASTY[kind]
        report = nasty.everywhere(text)
        assert text in plain(report) and text in terminal(report, 200) and text in page_text(report)
        assert json.loads(to_json(report))["submission"] == text


def test_a_stage_is_one_neutral_line() -> None:
    for text in nasty.NASTY.values():
        line = status(_Step(text), "ko")
        assert list(nasty.dangerous(line)) == [] and "\n" not in line and len(line) < 250


class _Step:
    check, step, steps, loss, score = None, 1, 2, float("nan"), float("inf")

    def __init__(self, stage: str) -> None:
        self.stage = stage
