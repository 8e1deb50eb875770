"""Findings from the text of a target: the mistakes whose runtime error says little, or comes late, or never.

Each finding names the place and says what to do. A finding here is no verdict: the judge decides what it costs.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from grader.messages import Message
from grader.student.effects import Program, last_name, root_name, words
from grader.student.layers import is_layer, lint_layers
from grader.student.names import Function, names_of
from grader.student.source import Source
from grader.student.statements import Statement, statements_of
from grader.verdict import Finding

_INIT_LIKE = words("__int__ _init_ __init _init init __inti__ __ini__ __intit__ __init_ _init__ __Init__ __iniit__")


def lint(source: Source, target: str) -> list[Finding]:
    """What is noticeable in the text of `target`, and of the classes that it is made from, by line."""
    linter = _Linter(source)
    return sorted(linter.findings(target), key=lambda each: (each.location.cell or 0, each.location.line or 0))  # type: ignore[union-attr]


def untouched(source: Source, target: str, stub: Source) -> bool:
    """Whether `target` is still what the stub has, comments, docstrings and layout aside."""
    found = _normalised(source, target)
    return bool(found) and found == _normalised(stub, target)


def _normalised(source: Source, target: str) -> list[str]:
    return [
        ast.dump(_without_docstrings(each.node))
        for each in statements_of(source)
        if target in names_of(each.node).binds
        or (isinstance(each.node, ast.Expr) and root_name(each.node.value) == target)
    ]


def _without_docstrings(node: ast.stmt) -> ast.stmt:
    copy = ast.parse(ast.unparse(node)).body[0]
    for each in ast.walk(copy):
        if (
            isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and ast.get_docstring(each) is not None
        ):
            each.body = each.body[1:] or [ast.Pass()]
    return copy


class _Linter:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.statements = statements_of(source)
        self.program = Program(each.node for each in self.statements)
        self.classes = {each.node.name: each for each in self.statements if isinstance(each.node, ast.ClassDef)}

    def findings(self, target: str) -> Iterator[Finding]:
        binding = [each for each in self.statements if target in names_of(each.node).binds][-1:]
        used = {
            name for each in binding if not isinstance(each.node, ast.ClassDef) for name in _called_names(each.node)
        }
        for statement in [*binding, *(self.classes[name] for name in self.classes if name in used)]:
            yield from self._blanks(statement)
            yield from self._devices(statement)
            if isinstance(statement.node, ast.ClassDef):
                yield from self._class(statement, statement.node)
            elif isinstance(statement.node, ast.FunctionDef) and _is_empty(statement.node):
                yield self._finding("body_empty", statement, statement.node, function=statement.node.name)
        yield from self._custom_gradients()

    # any target

    def _blanks(self, statement: Statement) -> Iterator[Finding]:
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Name) and len(node.id) > 1 and not node.id.strip("_"):
                yield self._finding("blank_left", statement, node, blank=node.id)
            if isinstance(node, ast.Call):
                for argument in [*node.args, *(word.value for word in node.keywords)]:
                    if isinstance(argument, ast.Constant) and argument.value is ...:
                        yield self._finding("blank_left", statement, argument, blank="...")
                if is_layer(self.program, node):
                    for argument in [*node.args[:2], *(word.value for word in node.keywords if _is_size(word.arg))]:
                        if isinstance(argument, ast.Constant) and argument.value is None:
                            yield self._finding("blank_left", statement, argument, blank="None")

    def _devices(self, statement: Statement) -> Iterator[Finding]:
        if "is_available" in statement.text:
            return
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Call) and _asks_for_cuda(node):
                yield self._finding("cuda", statement, node, "warning", text=ast.unparse(node)[:120])

    def _custom_gradients(self) -> Iterator[Finding]:
        for name, statement in self.classes.items():
            for base in statement.node.bases:  # type: ignore[attr-defined]
                if self.program.dotted(base).endswith("autograd.Function") or self.program.dotted(base) == "Function":
                    yield self._finding("custom_gradient", statement, statement.node, "warning", name=name)

    # classes

    def _class(self, statement: Statement, node: ast.ClassDef) -> Iterator[Finding]:
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
        network = self._is_network(node)
        yield from self._super_calls(statement, node)
        if network or "forward" in methods:
            yield from self._missing_methods(statement, node, methods)
        if not network and "forward" in methods and self._has_no_module_base(node):
            yield self._finding("not_a_module", statement, node, **{"class": node.name})
        if network and "__init__" in methods and not _calls_parent(methods["__init__"]):
            yield self._finding("no_super", statement, methods["__init__"], **{"class": node.name})
        if "forward" in methods and not _returns(methods["forward"]):
            kind = "body_empty" if _is_empty(methods["forward"]) else "no_return"
            yield self._finding(kind, statement, methods["forward"], function="forward")
        for id, at, args in lint_layers(self.program, node, methods):
            yield self._finding(id, statement, at, **args)

    def _missing_methods(
        self, statement: Statement, node: ast.ClassDef, methods: dict[str, Function]
    ) -> Iterator[Finding]:
        for wanted in ("__init__", "forward"):
            if wanted in methods:
                continue
            nested = next((at for at in _functions_in(methods) if at.name == wanted), None)
            outside = next((each for each in self.statements if _is_method_outside(each.node, wanted)), None)
            similar = next((name for name in methods if _is_misspelt(name, wanted)), None)
            args = {"class": node.name, "method": wanted}
            if nested is not None:
                yield self._finding("method_nested", statement, nested, **args, enclosing=_holder(methods, nested))
            elif outside is not None:
                yield self._finding("method_outside", outside, outside.node, **args)
            elif similar is not None:
                yield self._finding("method_misspelt", statement, methods[similar], **args, found=similar)
            elif wanted == "forward" and not self._inherits(node):
                yield self._finding("no_forward", statement, node, **args)

    def _super_calls(self, statement: Statement, node: ast.ClassDef) -> Iterator[Finding]:
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "super" and call.args:
                named = ast.unparse(call.args[0])
                if named not in (node.name, "__class__", "type(self)", "self.__class__"):
                    yield self._finding("super_other", statement, call, **{"class": node.name, "other": named})

    def _is_network(self, node: ast.ClassDef) -> bool:
        for base in node.bases:
            name = last_name(base)
            if "Module" in name or self.program.dotted(base).startswith("torch.nn.") or name == "Sequential":
                return True
            if name in self.classes and name != node.name and self._is_network(self.classes[name].node):  # type: ignore[arg-type]
                return True
        return False

    def _inherits(self, node: ast.ClassDef) -> bool:
        """Whether a forward may come from a base other than Module itself."""
        return any(last_name(base) not in ("Module", "nn") for base in node.bases)

    def _has_no_module_base(self, node: ast.ClassDef) -> bool:
        return all(last_name(base) in ("object", "nn", "torch") for base in node.bases)

    def _finding(
        self, id: str, statement: Statement, node: ast.AST, severity: str = "error", **args: object
    ) -> Finding:
        place = self.source.at(statement.cell, getattr(node, "lineno", statement.line))
        message, hint = Message(f"source.{id}", args), Message(f"source.{id}_hint", args)
        return Finding(message, hint, place, "warning" if severity == "warning" else "error")


def _called_names(node: ast.AST) -> set[str]:
    return {each.func.id for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}


def _is_size(keyword: str | None) -> bool:
    return keyword is not None and keyword.startswith(("in_", "out_", "num_", "input_", "hidden_"))


def _asks_for_cuda(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "cuda":
        return True
    values = [word.value for word in call.keywords if word.arg == "device"]
    if last_name(call.func) in ("to", "device"):
        values += call.args
    return any(isinstance(each, ast.Constant) and str(each.value).startswith("cuda") for each in values)


def _is_empty(function: Function) -> bool:
    """Whether a function does nothing yet: only a docstring, `pass`, `...` or NotImplementedError."""
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        or (isinstance(each, ast.Raise) and each.exc is not None and "NotImplemented" in ast.unparse(each.exc))
        for each in function.body
    )


def _functions_in(methods: dict[str, Function]) -> Iterator[Function]:
    for method in methods.values():
        for node in ast.walk(method):
            if node is not method and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def _holder(methods: dict[str, Function], inner: Function) -> str:
    return next(name for name, method in methods.items() if any(node is inner for node in ast.walk(method)))


def _is_method_outside(node: ast.stmt, name: str) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.name != name:
        return False
    return bool(node.args.args) and node.args.args[0].arg == "self"


def _is_misspelt(name: str, wanted: str) -> bool:
    if wanted == "__init__":
        return name in _INIT_LIKE
    return difflib.SequenceMatcher(None, name.strip("_").lower(), wanted).ratio() > 0.75


def _calls_parent(init: Function) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"
        for node in ast.walk(init)
    )


def _returns(function: Function) -> bool:
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(node)
    return False
