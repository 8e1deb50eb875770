"""Text in a spreadsheet is text, and text in a workflow command stays in its place."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import unquote

import nasty
import pytest
from hypothesis import given

from grader.reports.escaping import log_text, spreadsheet_cell, workflow_property, workflow_text
from grader.reports.neutral import neutral, one_line


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "＝1", " =1", "'=1", '"=1', "\u3000＠x", "%0A=1", "|calc"]
)
def test_what_could_be_a_formula_is_marked_as_text(text: str) -> None:
    assert spreadsheet_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "홍길동", "layer1 = Conv2d(1, 32)", "5-3", "a@b.kr", "O'Brien"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert spreadsheet_cell(text) == text


def test_tabs_and_line_breaks_start_no_new_cell() -> None:
    assert spreadsheet_cell("a\t=1\r\n=2\n=3") == "a   =1\\x0d\\n=2\\n=3"
    assert spreadsheet_cell("\t=1").startswith("'") and spreadsheet_cell("\n=1") == "\\n=1"
    assert len(spreadsheet_cell("=" * 10**6)) == 1001


@given(nasty.texts)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    written = io.StringIO()
    csv.writer(written).writerow([spreadsheet_cell(text), "next"])
    (row,) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    assert row[1:] == ["next"]
    assert not re.match(r"[\s\"]*[=+\-@|%＝＋－＠]", row[0])
    assert list(nasty.dangerous(row[0])) == []


@given(nasty.texts)
def test_a_workflow_message_is_one_line_and_comes_back_as_it_was(text: str) -> None:
    line = workflow_text(text)
    assert "\n" not in line and not re.search(r"##\w*\[|%(?!25|0A)", line)
    assert unquote(line) == re.sub(r"##(?=\w*\[)", r"#\\x23", neutral(text))


@given(nasty.texts)
def test_a_workflow_property_ends_where_it_should(text: str) -> None:
    value = workflow_property(text)
    assert not re.search(r"[:,\n]|##\w*\[|%(?!25|3A|2C)", value)
    assert unquote(value) == re.sub(r"##(?=\w*\[)", r"#\\x23", one_line(text))


def test_a_workflow_command_reads_as_its_documentation_says() -> None:
    assert workflow_text("50%\nof a:b") == "50%25%0Aof a:b"
    assert workflow_property("a,b:c%\n.py") == "a%2Cb%3Ac%25\\n.py"


def test_log_lines_that_only_look_like_commands_stay() -> None:
    for text in ("x[::2]", "at::native", "# heading", "## heading", "a ::error", "C++: std::move"):
        assert log_text(text) == text
    assert log_text("::error::x\n  ::x\n\u3000::y") == "| ::error::x\n  | ::x\n\u3000| ::y"
    assert log_text("a ##[error]b ##vso[x]") == "a #\\x23[error]b #\\x23vso[x]"
