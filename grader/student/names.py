"""Which names a statement binds and reads at the top level of a module, scopes taken into account.

A name that is read when the statement runs is in `reads`; one that is read only inside a function body, thus when
somebody calls it, is in `later`. A name that the statement surely binds before reading it is neither.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Names:
    """What one top-level statement does with the module's names."""

    binds: dict[str, bool] = field(default_factory=dict)  # True: bound whenever the statement runs through
    reads: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    writes_when_called: set[str] = field(default_factory=set)  # `global x` inside a function, then bound
    star: bool = False  # from m import *


@dataclass
class _Scope:
    kind: Literal["module", "class", "function", "comprehension"]
    bound: set[str]
    globals: set[str] = field(default_factory=set)


def names_of(statement: ast.stmt) -> Names:
    """The names of one top-level statement."""
    walker = _Walker()
    walker.visit(statement)
    sure = walker.scopes[0].bound
    walker.names.binds = {name: name in sure for name in walker.ever_bound}
    return walker.names


def bound_inside(function: Function | ast.Lambda) -> tuple[set[str], set[str]]:
    """The names local to a function, and those it declares global."""
    collector = _Locals()
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            collector.names.add(argument.arg)
    for statement in function.body if isinstance(function.body, list) else [function.body]:
        collector.visit(statement)
    return collector.names - collector.globals - collector.nonlocals, collector.globals


class _Locals(ast.NodeVisitor):
    """Names bound in one function's own scope."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.names.add(node.id)

    def visit_definition(self, node: Function | ast.ClassDef) -> None:
        self.names.add(node.name)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_definition

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """A scope of its own."""

    def visit_comprehension_scope(self, node: Comprehension) -> None:
        self.names |= {each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr)}

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_scope

    def visit_Global(self, node: ast.Global) -> None:
        self.globals |= set(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.nonlocals |= set(node.names)

    def visit_import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.names |= set(imported_names(node))

    visit_Import = visit_ImportFrom = visit_import

    def generic_visit(self, node: ast.AST) -> None:
        self.names |= set(_pattern_names(node))
        super().generic_visit(node)


def imported_names(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The names an import binds (none for a star)."""
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*"]


def _pattern_names(node: ast.AST) -> Iterator[str]:
    """Names bound by nodes that keep them as plain strings."""
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    if isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


class _Walker(ast.NodeVisitor):
    """Visits in the order of execution, a stack of scopes at hand."""

    def __init__(self) -> None:
        self.names = Names()
        self.ever_bound: dict[str, None] = {}
        self.scopes = [_Scope("module", set())]

    # names

    def load(self, name: str) -> None:
        for scope in reversed(self.scopes):
            if name in scope.globals:
                break
            if name in scope.bound and (scope.kind != "class" or scope is self.scopes[-1]):
                return
        inside = any(scope.kind == "function" for scope in self.scopes)
        (self.names.later if inside else self.names.reads).add(name)

    def store(self, name: str) -> None:
        scope = next(scope for scope in reversed(self.scopes) if scope.kind != "comprehension")
        if name in scope.globals:
            self.names.writes_when_called.add(name)
        elif scope.kind == "module":
            self.ever_bound[name] = None
            scope.bound.add(name)
        else:
            scope.bound.add(name)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.load(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.store(node.id)

    # scopes

    def visit_function(self, node: Function) -> None:
        self.visit_all(node.decorator_list)
        self.visit(node.args)
        if node.returns:
            self.visit(node.returns)
        self.store(node.name)
        self.visit_body(node, node.body)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self.visit_body(node, [node.body])

    def visit_body(self, node: Function | ast.Lambda, body: Iterable[ast.AST]) -> None:
        bound, declared = bound_inside(node)
        with self.scope(_Scope("function", bound | _type_parameters(node), declared)):
            self.visit_all(body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])
        with self.scope(_Scope("class", _type_parameters(node))):
            self.visit_all(node.body)
        self.store(node.name)

    def visit_comprehension_scope(self, node: Comprehension) -> None:
        self.visit(node.generators[0].iter)
        bound = {
            each.id
            for generator in node.generators
            for each in ast.walk(generator.target)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        }
        with self.scope(_Scope("comprehension", bound)):
            for index, generator in enumerate(node.generators):
                self.visit_all([*([generator.iter] if index else []), *generator.ifs])
            self.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_scope

    @contextmanager
    def scope(self, scope: _Scope) -> Iterator[None]:
        self.scopes.append(scope)
        yield
        self.scopes.pop()

    # statements whose order or branches matter

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit_all([node.value, *node.targets])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value or not isinstance(node.target, ast.Name):
            self.visit_all([*([node.value] if node.value else []), node.target])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.load(node.target.id)
        self.visit_all([node.value, node.target])

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit_all([node.value, node.target])

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.branches([node.body], [node.orelse])

    def visit_loop(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.branches([[node.target], node.body], [node.orelse])

    visit_For = visit_AsyncFor = visit_loop

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self.branches([node.body], [node.orelse])

    def visit_try(self, node: ast.Try | ast.TryStar) -> None:
        handlers = [[[handler]] for handler in node.handlers if not _leaves(handler.body)]
        self.branches([node.body, node.orelse], *handlers)
        for handler in node.handlers:
            if _leaves(handler.body):
                self.branches([[handler]], [])
        self.visit_all(node.finalbody)

    visit_Try = visit_TryStar = visit_try

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self.branches(*([[case]] for case in node.cases), [])

    def branches(self, *alternatives: Sequence[Sequence[ast.AST]]) -> None:
        """Visit each alternative; what all of them bind is bound afterwards."""
        scope, before = self.scopes[-1], set(self.scopes[-1].bound)
        after = []
        for alternative in alternatives:
            scope.bound = set(before)
            for block in alternative:
                self.visit_all(block)
            after.append(scope.bound)
        scope.bound = set.intersection(*after)

    # the rest

    def visit_Import(self, node: ast.Import) -> None:
        for name in imported_names(node):
            self.store(name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.names.star |= any(alias.name == "*" for alias in node.names)
        for name in imported_names(node):
            self.store(name)

    def generic_visit(self, node: ast.AST) -> None:
        for name in _pattern_names(node):
            self.store(name)
        super().generic_visit(node)

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)


def _type_parameters(node: ast.AST) -> set[str]:
    return {each.name for each in getattr(node, "type_params", ())}


def _leaves(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Raise | ast.Return | ast.Continue | ast.Break)
