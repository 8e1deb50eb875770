"""What the student sees in their editor is what is read: encodings, notebooks, magics, line numbers, and good words for the rest."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from grader.student.source import Source, SourceProblem, read_source
from grader.verdict import Finding

KOREAN = "# 한글 주석\n이름 = '홍길동'\nx = 1\n"


def notebook(*cells: str, nbformat: int = 4, **extra: Any) -> bytes:
    codes = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    cells_with_text = [{"cell_type": "markdown", "source": "# 제목", "metadata": {}}, *codes]
    return json.dumps(
        {"cells": cells_with_text, "metadata": {}, "nbformat": nbformat, "nbformat_minor": 5, **extra}
    ).encode()


def problem(data: bytes, name: str = "answer.py") -> Finding:
    with pytest.raises(SourceProblem) as caught:
        read_source(data, name)
    finding = caught.value.finding
    for language in ("en", "ko"):
        assert finding.message.render(language)
        assert finding.hint is not None and finding.hint.render(language)
    return finding


def only(source: Source) -> str:
    (cell,) = source.cells
    return cell.text


@pytest.mark.parametrize(
    "data",
    [
        KOREAN.encode(),
        b"\xef\xbb\xbf" + KOREAN.encode(),
        KOREAN.encode("utf-16"),
        KOREAN.encode("cp949"),
        ("# -*- coding: euc-kr -*-\n" + KOREAN).encode("euc-kr"),
        ("# -*- coding: utf-8 -*-\n" + KOREAN).encode("cp949"),  # the cookie lies
        ("# coding: no-such-codec\n" + KOREAN).encode(),
        KOREAN.replace("\n", "\r\n").encode(),
        KOREAN.replace("\n", "\r").encode(),
    ],
)
def test_korean_text_is_read_in_whatever_encoding_an_editor_writes(data: bytes) -> None:
    text = only(read_source(data, "답안.py"))

    assert text.endswith(KOREAN)


def test_code_cells_are_numbered_as_in_the_notebook() -> None:
    source = read_source(notebook("a = 1", "", "b = 2"), "답안.ipynb")

    assert [(cell.number, cell.text) for cell in source.cells] == [(1, "a = 1"), (3, "b = 2")]
    assert str(source.location("답안.ipynb[cell 3]", 1)) == "답안.ipynb[cell 3]:1"
    assert source.location("/usr/lib/python3/ast.py", 1) is None


def test_a_notebook_of_format_3_is_read() -> None:
    cells = [{"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python"}]
    data = json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3, "nbformat_minor": 0, "metadata": {}})

    assert only(read_source(data.encode(), "old.ipynb")) == "x = 1\ny = 2"


def test_colab_metadata_and_a_foreign_name_do_no_harm() -> None:
    data = notebook("x = 1", metadata={"colab": {"provenance": []}, "accelerator": "GPU", "kernelspec": "broken"})

    assert only(read_source(data, "answer.ipynb.py")) == "x = 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%%time\nx = 1", ["", "x = 1"]),
        ("# 시간 측정\n%%timeit -n 1\nx = 1", ["# 시간 측정", "", "x = 1"]),
        ("x = 1\npip install torchinfo\ny = 2", ["x = 1", None, "y = 2"]),
        ("!wget -q \\\n  http://a\nx = 1", [None, "", "x = 1"]),
        ("files = !ls\nx = 1", [None, "x = 1"]),
        ("\n\n%matplotlib inline\nx = 1", ["", "", None, "x = 1"]),
        ("%time model = f(3)", ["model = f(3)"]),
        ("if True:\n    !ls {x}\n    y = 1", ["if True:", None, "    y = 1"]),
        ("help?\n?help\nnn.Linear??\nx = 1", ["pass", None, "pass", "x = 1"]),
    ],
)
def test_magics_become_python_on_the_same_line(text: str, expected: list[str | None]) -> None:
    lines = only(read_source(notebook(text), "answer.ipynb")).split("\n")

    assert len(lines) == len(expected)
    for line, wanted in zip(lines, expected, strict=True):
        assert line == wanted if wanted is not None else "get_ipython()." in line


def test_a_module_exported_from_colab_may_hold_magics() -> None:
    text = '"""Lab"""\n\n!pip install torchinfo\n\nimport math\n'

    assert only(read_source(text.encode(), "lab.py")).split("\n")[4] == "import math"


def test_a_cell_in_another_language_is_left_out_with_a_note() -> None:
    source = read_source(notebook("%%bash\nls | wc -l\n", "x = 1"), "answer.ipynb")

    assert [cell.text for cell in source.cells] == ["", "x = 1"]
    (note,) = source.notes
    assert note.severity == "note" and "%%bash" in note.message.render("ko")


def test_a_remainder_at_the_start_of_a_continued_line_is_no_magic() -> None:
    text = "x = (7\n%3)\n"

    assert only(read_source(notebook(text), "answer.ipynb")) == text


@pytest.mark.parametrize(
    ("data", "name", "id"),
    [
        (b"", "answer.py", "empty"),
        (b" \n\t\n", "answer.py", "empty"),
        (b"\xef\xbb\xbf", "answer.py", "empty"),
        (b"# only\n# comments\n", "answer.py", "only_comments"),
        (notebook(), "answer.ipynb", "no_code"),
        (notebook("", "  "), "answer.ipynb", "no_code"),
        (notebook("%%html\n<b>"), "answer.ipynb", "no_code"),
        (b"{}", "answer.ipynb", "not_a_notebook"),
        (b"[1, 2]", "answer.ipynb", "not_a_notebook"),
        (b"x = 1", "answer.ipynb", "not_a_notebook"),
        (notebook("x = 1")[:-20], "answer.ipynb", "json_truncated"),
        (b'{"cells": [,], "nbformat": 4}', "answer.ipynb", "json_bad"),
        (b'{"cells": ' + b"[" * 100_000, "answer.ipynb", "json_too_deep"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "answer.py", "binary"),
        (b"PK\x03\x04\xff\xfe\xfd", "answer.py", "binary"),
        (notebook("x = '\0'"), "answer.ipynb", "binary"),
        (notebook("x = '\ud800'"), "answer.ipynb", "binary"),
        (b"x = " + b"-" * 5000 + b"1", "answer.py", "code_too_deep"),
        (b"x = " + b"1+" * 100_000 + b"1", "answer.py", "code_too_deep"),
    ],
)
def test_what_cannot_be_read_is_a_finding(data: bytes, name: str, id: str) -> None:
    if id == "json_too_deep" and sys.version_info >= (3, 14):
        pytest.skip("the JSON reader of this Python has no depth limit worth testing")

    assert problem(data, name).message.id == f"source.{id}"


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("x = 1\nif x == 1\n    y = 2", 2, "colon"),
        ("class Net(nn.Module)\n    pass", 1, "colon"),
        ("x = (1,\n     2\ny = 3", None, "bracket"),
        ("x = 1)", 1, "bracket"),
        ("if True:\n\tx = 1\n        y = 2", 3, "tabs"),
        ("if x = 1:\n    pass", 1, "equals"),
        ("print 'hello'", 1, "print"),
        ("x = “hello”", 1, "character"),
        ("f（1）", 1, "character"),
        ("conv = Conv2d(1， 32)", 1, "character"),
        ("x\u00a0=\u00a01", 1, "character"),
        ("conv = nn.Conv2d(?, 32, 3)", 1, "blank"),
        ("conv = nn.Conv2d( , 32, 3)", 1, "blank"),
        ("a = 1\nn = \nb = 2", 2, "blank"),
        ("def f(x):\n    y = x\nreturn y", 3, "return_outside"),
        ("def f(x):\nreturn x", 2, "no_body"),
        ("x = 1\n  y = 2", 2, "indent"),
        ("x = 'abc", 1, "string"),
        ("f(1 2)", 1, "comma"),
    ],
)
def test_a_syntax_error_names_its_line_and_likely_cause(text: str, line: int | None, cause: str) -> None:
    for finding in (problem(text.encode()), problem(notebook("a = 1", text), "answer.ipynb")):
        assert finding.hint is not None and finding.hint.id == f"source.syntax_hint_{cause}"
        assert finding.location is not None and line in (None, finding.location.line)


def test_a_syntax_error_in_a_notebook_names_cell_and_line_and_marks_the_place() -> None:
    finding = problem(notebook("a = 1", "!ls\n값 = 함수(3 4)"), "answer.ipynb")

    assert str(finding.location) == "answer.ipynb[cell 2]:2"
    assert finding.message.args["text"] == "값 = 함수(3 4)"
    assert finding.message.args["caret"] == " " * 10 + "^"  # each syllable is two columns wide


def test_python_keeps_its_own_warnings_about_the_text() -> None:
    assert read_source(b'x = "\\d"\ny = x is 1\n', "answer.py").cells
