"""A submission taken from live code: the cells of a running notebook, or the file that defines an object."""

from __future__ import annotations

import ast
import inspect
import json
import keyword
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.submissions.finding import SubmissionFile, find_submission


def live_submission(wanted: str, target: object | None, shell: Any | None) -> SubmissionFile:
    """What to grade when no file is named: the history of the IPython `shell`, or without one the file of `target`.

    `wanted` is the name that the exercise asks for. A `target` of another name gets that one in a last cell or line.

    Raises:
        UsageError: no code was run yet, or the source of `target` cannot be found.
    """
    if shell is None:
        return _file_of(target, _alias(wanted, target, {}))
    cells = answer_cells(_history(shell), shell.transform_cell)
    if not any(cells):
        raise UsageError("cli.notebook_no_code")
    data = notebook_bytes([*cells, *_alias(wanted, target, shell.user_ns)])
    return SubmissionFile(path=Path("notebook.ipynb"), name="notebook", kind="ipynb", data=data)


def notebook_bytes(cells: Iterable[str]) -> bytes:
    """A notebook file (format 4) of these code cells."""
    documents: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {},
            "outputs": [],
            "source": cell,
        }
        for number, cell in enumerate(cells, 1)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": documents, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=True).encode()


def answer_cells(history: Sequence[str], transform: Callable[[str], str] = str) -> list[str]:
    """The cells that can hold an answer, each at its place, so that cell 7 is what the student sees as ``In [7]``.

    A cell becomes empty when it only calls `grader.check`, or when it is not Python even after `transform` has dealt with
    its magics: such a cell was refused when it was run, and nothing of it took effect.
    """
    return [_answer_in(cell, transform) for cell in history]


def _answer_in(cell: str, transform: Callable[[str], str]) -> str:
    try:
        statements = ast.parse(transform(cell)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    checks = [statement for statement in statements if _calls_check(statement)]
    if all(statement in checks or _imports_grader(statement) for statement in statements):
        return ""
    return _blanked(cell, checks)


def _blanked(cell: str, statements: Sequence[ast.stmt]) -> str:
    """`cell` with the lines of these statements empty: a full run of it must not start grading from within grading."""
    lines = cell.split("\n")
    for statement in statements:
        for number in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
            if number < len(lines) and ";" not in lines[number]:
                lines[number] = ""
    return "\n".join(lines)


def _imports_grader(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "grader"
    return isinstance(statement, ast.Import) and all(name.name == "grader" for name in statement.names)


def _calls_check(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr | ast.Assign) or not isinstance(statement.value, ast.Call):
        return False
    return ast.unparse(statement.value.func) == "grader.check"


def _history(shell: Any) -> list[str]:
    """The cells as they were typed, magics included; the first is ``In [1]``."""
    cells = shell.history_manager.input_hist_raw or shell.user_ns.get("In", [])
    return [str(cell) for cell in cells[1:]]


def _alias(wanted: str, target: object | None, namespace: Mapping[str, Any]) -> list[str]:
    """A line that gives the answer the name that the exercise asks for, when it has another."""
    if target is None or namespace.get(wanted) is target:
        return []
    names = [name for name, value in namespace.items() if value is target and not name.startswith("_")]
    name = getattr(target, "__name__", None) or (names[0] if names else None)
    if not isinstance(name, str) or name == wanted or not name.isidentifier() or keyword.iskeyword(name):
        return []
    return [f"{wanted} = {name}"]


def _file_of(target: object | None, alias: Sequence[str]) -> SubmissionFile:
    module = inspect.getmodule(target) if target is not None else None
    file = getattr(module, "__file__", None)
    if not file:
        raise UsageError("cli.notebook_no_source", name=getattr(target, "__name__", None) or repr(target)[:80])
    found = find_submission(Path(file))
    return replace(found, data=b"\n".join([found.data, *(line.encode() for line in alias)]))
