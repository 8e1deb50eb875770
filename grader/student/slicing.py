"""Slicing: of a whole lab, the statements that one class, function or variable depends on.

Labs download, train and plot at top level. What a network needs is a few imports, constants and definitions, plus the
statements that change what was made (`init.xavier_uniform_(layer.weight)`, `linear.add_module(…)`) and the seeds. Those
are kept in their order; training, data and plots are left, and the report lists both.

A name that is read when a statement runs needs the binding before it. One that a function body reads needs the binding
in force when the function is called, so both that and the last one are kept. A binding is dropped when a later one
surely replaces it first: a broken first draft does not stop its successor.

Not covered: names bound through `exec`, `globals()` or an object's side effects that the text does not show.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.messages import Message
from grader.student.effects import Effects, Program
from grader.student.lints import lint, untouched
from grader.student.names import imported_names, names_of
from grader.student.source import Source
from grader.student.statements import Statement, Why, statements_of
from grader.student.suggestions import Nested, find_nested, suggest
from grader.verdict import Finding, Location

__all__ = ["Nested", "Slice", "Statement", "lint", "slice_source", "statements_of", "untouched"]


@dataclass(frozen=True)
class Slice:
    """What runs for the targets, what does not, and what is known about the names."""

    kept: list[Statement]
    left: list[Statement]
    defined: dict[str, Location]  # every name bound at top level, where it is bound last
    missing: list[str]  # targets that no top-level statement binds
    nested: dict[str, Nested]  # … of these, the ones defined inside something else
    suggestions: dict[str, list[str]]  # missing target: names the student may have meant
    refused: dict[str, Location]  # needed names bound only by statements that train
    notes: list[Finding] = field(default_factory=list)


def slice_source(source: Source, targets: Sequence[str]) -> Slice:
    """The statements that the targets depend on; milliseconds, runs nothing."""
    return _Slicer(source).slice(targets)


class _Slicer:
    """Positions are indices into `statements`; the end of the file is their number."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.statements = statements_of(source)
        self.end = len(self.statements)
        self.program = Program(each.node for each in self.statements)
        self.names = [names_of(each.node) for each in self.statements]
        self.effects = [self.program.effects(each.node) for each in self.statements]
        self._bind_globals()
        self.bindings = self._bindings()
        self.kept: dict[int, Why] = {}
        self.wanted: dict[int, set[str]] = {}  # which names of a statement are needed: the rest of an import is pruned
        self.seen: set[tuple[str, int]] = set()
        self.refused: dict[str, Location] = {}

    def slice(self, targets: Sequence[str]) -> Slice:
        self._close([(target, self.end) for target in targets], "defines")
        while self._keep_changes():
            pass
        if self.kept:
            self._keep_future_imports()
        defined = {name: self._location(positions[-1]) for name, positions in self.bindings.items()}
        missing = [target for target in dict.fromkeys(targets) if target not in defined]
        nested = {name: found for name in missing if (found := find_nested(self.source, name))}
        candidates = [name for name in defined if not self._is_import(self.bindings[name][-1])]
        kept = [self._pruned(index) for index in sorted(self.kept)]
        left = [each for index, each in enumerate(self.statements) if index not in self.kept]
        suggestions = {name: suggest(name, candidates, self.source) for name in missing}
        return Slice(kept, left, defined, missing, nested, suggestions, self.refused, self._notes(targets))

    # bindings

    def _bind_globals(self) -> None:
        """A call of a function that says `global x` binds x."""
        writes: dict[str, set[str]] = {}
        for statement, names in zip(self.statements, self.names, strict=True):
            if isinstance(statement.node, ast.FunctionDef) and names.writes_when_called:
                writes[statement.node.name] = names.writes_when_called
        for statement, names in zip(self.statements, self.names, strict=True):
            if not isinstance(statement.node, ast.FunctionDef | ast.ClassDef):
                for function in writes.keys() & names.reads:
                    names.binds.update(dict.fromkeys(writes[function], False))

    def _bindings(self) -> dict[str, list[int]]:
        """Where each name is bound; in the main guard only for names bound nowhere else."""
        found: dict[str, list[int]] = {}
        for guarded in (False, True):
            free = set(found)
            for index, names in enumerate(self.names):
                if self.statements[index].guarded == guarded:
                    for name in names.binds.keys() - free:
                        found.setdefault(name, []).append(index)
        return found

    def _reaching(self, name: str, position: int) -> list[int]:
        """The bindings of `name` that may be in force just before `position`, training left out."""
        found = []
        for index in reversed(self.bindings.get(name, [])):
            if index >= position or self.effects[index].trains:
                continue
            found.append(index)
            if self.names[index].binds[name] and not self._adds_module(index, name):
                break
        return found

    def _adds_module(self, index: int, name: str) -> bool:
        """`import torch` and `import torch.nn` both bind `torch`, and neither replaces the other."""
        node = self.statements[index].node
        return isinstance(node, ast.Import) and any(not alias.asname for alias in node.names if name in alias.name)

    # closure

    def _close(self, wanted: list[tuple[str, int]], why: Why) -> None:
        """Keep what binds these names at these positions, and all that those statements need in turn."""
        todo = list(wanted)
        while todo:
            name, position = todo.pop()
            if (name, position) in self.seen:
                continue
            self.seen.add((name, position))
            reaching = self._reaching(name, position)
            for index in reaching:
                self.kept.setdefault(index, why)
                self.wanted.setdefault(index, set()).add(name)
                todo += self._needs(index, position)
            if not reaching:
                todo += self._unbound(name, position, why)

    def _needs(self, index: int, position: int) -> Iterator[tuple[str, int]]:
        yield from ((name, index) for name in self.names[index].reads)
        for name in self.names[index].later:
            yield name, position
            yield name, self.end

    def _unbound(self, name: str, position: int, why: Why) -> list[tuple[str, int]]:
        """A name that only training binds, or that a star import may bring."""
        before = [index for index in self.bindings.get(name, []) if index < position]
        if before:
            self.refused[name] = self._location(before[-1])
        elif name not in self.bindings and not hasattr(builtins, name):
            for index, names in enumerate(self.names[:position]):
                if names.star:
                    self.kept.setdefault(index, why)
        return []

    # changes

    def _keep_changes(self) -> bool:
        """Keep every statement that changes something kept; whether there was one."""
        kept_before = len(self.kept)
        for index, effects in enumerate(self.effects):
            if index not in self.kept and not effects.trains and self._matters(index, effects):
                self._try_keeping(index)
        return len(self.kept) > kept_before

    def _matters(self, index: int, effects: Effects) -> bool:
        if {self._package(name) for name in effects.switches} & self._kept_packages():
            return True
        return any(self._reaches_kept(name, index, effects) for name in effects.changes | effects.sets)

    def _reaches_kept(self, name: str, index: int, effects: Effects) -> bool:
        """Whether `name` stands for something kept that this statement may change: an object, or a class whose attribute it sets."""
        nodes = [
            self.statements[at].node
            for at in self._reaching(name, index)
            if at in self.kept and name in self.wanted[at] and not self._is_import(at)
        ]
        objects = [node for node in nodes if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
        return bool(objects) or (bool(nodes) and name in effects.sets)

    def _package(self, name: str) -> str:
        return self.program.imports.get(name, name).partition(".")[0]

    def _kept_packages(self) -> set[str]:
        """The packages that what is kept uses under any name: `nn` is a use of torch."""
        return {self._package(name) for at in self.kept if self._is_import(at) for name in self.wanted.get(at, ())}

    def _try_keeping(self, index: int) -> None:
        """Keep a changing statement with its needs, unless that would load data."""
        if self.statements[index].guarded:
            return
        before = (
            dict(self.kept),
            {at: set(names) for at, names in self.wanted.items()},
            set(self.seen),
            dict(self.refused),
        )
        self.kept[index] = "changes"
        self._close(list(self._needs(index, index)), "changes")
        added = self.kept.keys() - before[0].keys()
        if any(self.effects[at].loads_data for at in added):
            self.kept, self.wanted, self.seen, self.refused = before

    # results

    def _keep_future_imports(self) -> None:
        for index, statement in enumerate(self.statements):
            if isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__":
                self.kept.setdefault(index, "defines")
                self.wanted[index] = set(imported_names(statement.node))

    def _pruned(self, index: int) -> Statement:
        """The statement as kept: of an import only the names that are needed, lest an absent package stop the rest."""
        statement, node = self.statements[index], self.statements[index].node
        if isinstance(node, ast.Import | ast.ImportFrom) and not self.names[index].star:
            wanted = self.wanted.get(index, set())
            aliases = [each for each in node.names if (each.asname or each.name.partition(".")[0]) in wanted]
            node = ast.copy_location(_with_names(node, aliases or node.names), node)
        return replace(statement, node=node, why=self.kept[index])

    def _is_import(self, index: int) -> bool:
        return isinstance(self.statements[index].node, ast.Import | ast.ImportFrom)

    def _location(self, index: int) -> Location:
        statement = self.statements[index]
        return self.source.at(statement.cell, statement.node.lineno)

    def _notes(self, targets: Sequence[str]) -> list[Finding]:
        """Targets that only training makes; and what was left of kept objects, such as moving them to a device."""
        trained = [
            Finding(
                Message("source.only_trained", {"name": name}),
                Message("source.only_trained_hint", {"name": name}),
                place,
            )
            for name, place in self.refused.items()
            if name in targets
        ]
        wanted = {name for names in self.wanted.values() for name in names}
        moves = [
            statement
            for index, statement in enumerate(self.statements)
            if index not in self.kept and isinstance(statement.node, ast.Expr) and self.effects[index].moves & wanted
        ]
        return trained + [self._left_move(statement) for statement in moves]

    def _left_move(self, statement: Statement) -> Finding:
        text = Message("source.move_left", {"text": statement.text.strip()[:200]})
        return Finding(text, None, self.source.at(statement.cell, statement.line), "note")


def _with_names(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)
