"""Where a missing name may be: defined inside something else, or spelt another way."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grader.student.source import Source


class Nested(NamedTuple):
    """A definition that is not at top level, and the class or function that holds it (``Net.__init__``)."""

    line: int
    cell: int | None
    enclosing: str


def find_nested(source: Source, name: str) -> Nested | None:
    """The last place inside a class or function where `name` is defined or assigned; None for nowhere."""
    found = None
    for cell in source.cells:
        for node, path in _inner_statements(cell.tree.body, ()):
            if path and name in _names(node):
                found = Nested(node.lineno, cell.number, ".".join(path))
    return found


def suggest(name: str, candidates: Sequence[str], source: Source) -> list[str]:
    """Up to three names that may have been meant, likeliest first; failing that, the file's only network."""
    folded = {candidate.replace("_", "").lower(): candidate for candidate in candidates}
    same = [folded[key] for key in [name.replace("_", "").lower()] if key in folded]
    close = difflib.get_close_matches(name, candidates, n=3, cutoff=0.6)
    close += [folded[key] for key in difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.6)]
    networks = [found for cell in source.cells for node in cell.tree.body if (found := _network_name(node))]
    similar = list(dict.fromkeys(same + close))
    return similar[:3] or (networks if len(set(networks)) == 1 else [])


def _network_name(node: ast.AST) -> str | None:
    """The name of a class that says it derives from a Module."""
    if isinstance(node, ast.ClassDef) and any("Module" in ast.unparse(base) for base in node.bases):
        return node.name
    return None


def _inner_statements(body: Sequence[ast.stmt], path: tuple[str, ...]) -> Iterator[tuple[ast.stmt, tuple[str, ...]]]:
    for node in body:
        yield node, path
        inner = path
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = (*path, node.name)
        for child in ast.iter_child_nodes(node):
            blocks = [child] if isinstance(child, ast.stmt) else getattr(child, "body", [])
            if isinstance(blocks, list):
                yield from _inner_statements([each for each in blocks if isinstance(each, ast.stmt)], inner)


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}
