"""Notebooks that no person wrote: each ends in a clear verdict through the real command, and soon."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.student.source import MAX_CELLS, MAX_CHARACTERS, SourceProblem, read_source

ROOT = Path(__file__).resolve().parents[2]
SOLUTION = (ROOT / "solutions/mlp_wafer.py").read_text(encoding="utf-8")


def cell(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": outputs, "source": source}


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


PRINTED = {"output_type": "stream", "name": "stdout", "text": "x" * 49_000_000}
ABSURD: dict[str, tuple[Callable[[], str], str]] = {
    "49 MB of output": (lambda: notebook(cell(SOLUTION, PRINTED)), "PASS forward"),
    "100k cells": (lambda: notebook(*[cell("x = 1")] * 100_000), "has 100000 code cells"),
    "36 MB of code": (lambda: notebook(cell("x = 1\n" * 6_000_000)), "hold 36000000 characters"),
    "100k levels": (lambda: '{"cells":' + "[" * 100_000 + "]" * 100_000 + ',"nbformat":4}', "nested too deeply"),
    "45M levels": (lambda: '{"cells":' + "[" * 45_000_000, "nested too deeply"),
    "deep metadata": (lambda: '{"cells":[],"metadata":' + '{"a":' * 100_000 + "1" + "}" * 100_001, "nested too deeply"),
    "a number of 5 MB": (lambda: '{"cells":[],"nbformat":' + "9" * 5_000_000 + "}", "its content is not one"),
    "24M numbers for cells": (lambda: '{"cells":[' + "1," * 24_000_000 + '1],"nbformat":4}', "no code cell"),
    "most cells and statements": (
        lambda: notebook(*(cell(f"x{n} = {n}\nif x{n}:\n    y = [x{n}] * 3") for n in range(MAX_CELLS - 1)), cell(SOLUTION)),
        "PASS forward",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", ABSURD)
def test_an_absurd_notebook_ends_in_a_clear_verdict(kind: str, tmp_path: Path) -> None:
    make, words = ABSURD[kind]
    (tmp_path / "answer.ipynb").write_text(make())
    arguments = ["check", "mlp_wafer", str(tmp_path), "--course", str(ROOT), "--no-training", "--lang", "en"]
    result = CliRunner().invoke(main, arguments)
    assert words in result.output, result.output[:2000]
    assert "Traceback" not in result.output and "UNGRADED source" not in result.output


@pytest.mark.parametrize(
    ("source", "id"),
    [
        (notebook(*[cell("x = 1")] * (MAX_CELLS + 1)), "source.too_many_cells"),
        (notebook(*[cell("#" * 999_999)] * 3), "source.too_much_code"),
    ],
)
def test_too_much_code_is_refused_before_it_is_parsed(source: str, id: str) -> None:
    with pytest.raises(SourceProblem) as caught:
        read_source(source.encode(), "answer.ipynb")
    finding = caught.value.finding
    assert finding.message.id == id and finding.hint is not None
    assert str(MAX_CELLS if "cells" in id else MAX_CHARACTERS) in finding.message.render("ko")
