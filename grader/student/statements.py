"""The top-level statements of a submission, in order, with where they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from grader.student.source import Source

Why = Literal["defines", "changes"]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Statement:
    """One top-level statement. `why` it is kept: it binds a name that is needed, or changes what such a name stands for."""

    node: ast.stmt
    file: str  # as tracebacks show it, e.g. "answer.ipynb[cell 3]"
    cell: int | None
    line: int  # the first decorator's, where there is one
    end_line: int
    text: str
    why: Why | None = None
    guarded: bool = False  # from the body of `if __name__ == "__main__":`

    def span(self) -> str:
        """Where it stands, e.g. ``answer.py:3-7``."""
        lines = str(self.line) if self.line == self.end_line else f"{self.line}-{self.end_line}"
        return f"{self.file}:{lines}"


def statements_of(source: Source) -> list[Statement]:
    """All top-level statements in order, the body of the main guard among them."""
    return [
        _statement(source, cell.number, cell.lines, node, guarded)
        for cell in source.cells
        for node, guarded in _flatten(cell.tree.body)
    ]


def _flatten(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, bool]]:
    for node in body:
        if isinstance(node, ast.If) and _is_main_guard(node.test):
            yield from ((each, True) for each in node.body)
        else:
            yield node, False


def _is_main_guard(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare):
        return False
    parts = [test.left, *test.comparators]
    is_name = any(isinstance(part, ast.Name) and part.id == "__name__" for part in parts)
    return is_name and any(isinstance(part, ast.Constant) and part.value == "__main__" for part in parts)


def _statement(source: Source, cell: int | None, lines: list[str], node: ast.stmt, guarded: bool) -> Statement:
    line = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    end_line = node.end_lineno or line
    text = "\n".join(lines[line - 1 : end_line])
    return Statement(node, source.file_of(cell), cell, line, end_line, text, guarded=guarded)
