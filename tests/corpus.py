"""The corpus of answers under tests/submissions: each is a file with the outcome it must come to beside it.

`cases` reads them; `as_notebook` turns one into a course notebook, `notebook_line` says where its cause lies there.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

SUBMISSIONS = Path(__file__).with_name("submissions")
EXERCISES = tuple(sorted(path.parent.name for path in SUBMISSIONS.glob("*/expected.yaml")))
MARKER = re.compile(r"# CAUSE\s*$")
INTRODUCTION = "# 과제 제출\n\n아래 셀을 차례로 실행하면 됩니다."
SETUP = "!pip install torch torchvision\n%matplotlib inline"


@dataclass(frozen=True)
class Case:
    """One answer and what a good grader says about it. See submissions/README.md for the words."""

    exercise: str
    name: str
    path: Path
    fails: str | None  # the check that must not pass, "error" where no network can be built, None: full marks
    cause: str | None
    line: int | None  # 1-based line of the cause in `path`
    slow: bool = False

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")


def cases(exercise: str) -> list[Case]:
    """All answers to `exercise`, in the order of its expected.yaml. Raises ValueError where files and list disagree."""
    folder = SUBMISSIONS / exercise
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    found = {path.stem for path in folder.glob("*.py")}
    if found != expected.keys():
        raise ValueError(f"{folder}: without file or without entry: {sorted(found ^ expected.keys())}")
    return [_case(exercise, name, folder / f"{name}.py", **entry) for name, entry in expected.items()]


def as_notebook(case: Case) -> bytes:
    """`case` as notebook (format 4.5): a Korean introduction, a set-up cell with magics, then its source by class."""
    cells = [_cell("markdown", "introduction", INTRODUCTION)]
    cells += [_cell("code", f"code-{number}", text) for number, text in enumerate(_code_cells(case.source), start=1)]
    metadata = {
        "accelerator": "GPU",
        "colab": {"name": f"{case.name}.ipynb", "provenance": []},
        "kernelspec": {"display_name": "Python 3", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def notebook_line(case: Case) -> tuple[int, int] | None:
    """Where the cause lies in `as_notebook(case)`: number of the code cell and line in it, both 1-based."""
    if case.line is None:
        return None
    number, start = max((number, start) for number, start in _starts(case.source) if start <= case.line)
    return number, case.line - start + 1


def marked_line(source: str) -> int | None:
    """The 1-based line that ends in the marker, if any."""
    return next((number for number, line in enumerate(source.splitlines(), start=1) if MARKER.search(line)), None)


def _case(
    exercise: str,
    name: str,
    path: Path,
    *,
    fails: str,
    cause: str | None = None,
    line: int | None = None,
    slow: bool = False,
) -> Case:
    line = line or marked_line(path.read_text(encoding="utf-8"))
    return Case(exercise, name, path, None if fails == "none" else fails, cause, line, slow)


def _code_cells(source: str) -> list[str]:
    lines = source.splitlines()
    starts = [start for _, start in _starts(source)]
    following = [*starts[1:], len(lines) + 1]
    texts = ["\n".join(lines[start - 1 : end - 1]) for start, end in zip(starts, following, strict=False)]
    return [SETUP, *(text.rstrip() for text in texts)]


def _starts(source: str) -> list[tuple[int, int]]:
    """(number of the code cell, first line in the source) of every cell after the set-up cell, which is number 1."""
    lines = source.splitlines()
    cuts = sorted({1, *_class_edges(source)})
    ends = [cut - 1 for cut in cuts[1:]] + [len(lines)]
    starts = []
    for cut, end in zip(cuts, ends, strict=True):
        written = [number for number in range(cut, end + 1) if lines[number - 1].strip()]
        starts += written[:1]
    return list(enumerate(starts, start=2))


def _class_edges(source: str) -> list[int]:
    """The first line of every top-level class and the line after it; where nothing parses, lines that say `class`."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return [number for number, line in enumerate(source.splitlines(), start=1) if line.startswith("class ")]
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    starts = [min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) for node in classes]
    return starts + [(node.end_lineno or node.lineno) + 1 for node in classes]


def _cell(kind: str, id: str, text: str) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "id": id, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}
