"""Which dotted names the kept statements use, and where first: for rubrics that forbid some."""

from __future__ import annotations

import ast
from typing import Any

from grader.evidence.graph import location_to_json
from grader.student.slicing import Slice
from grader.student.source import Source

MAX_NAMES = 500


def used_names(kept: Slice, source: Source) -> dict[str, Any]:
    """``{"nn.Sequential": [file, line, cell]}``: names as written, attribute chains whole, imports with their module."""
    found: dict[str, Any] = {}
    for statement in kept.kept:
        for node in ast.walk(statement.node):
            for name in _names(node):
                if name not in found and len(found) < MAX_NAMES:
                    line = getattr(node, "lineno", statement.line)
                    found[name] = location_to_json(source.at(statement.cell, line))
    return found


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Attribute | ast.Name):
        return [ast.unparse(node)[:100]]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return []
