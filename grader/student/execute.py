"""Running what was kept of a submission, statement by statement, in one fresh module.

A statement that defines something needed ends the run when it fails; one that only changes something is reported and the
run goes on. Tracebacks and `inspect.getsource` see the student's own lines, cell by cell.

Not covered: time, memory and output are limited from outside this process. On Python 3.13 and newer, `inspect.getsource` of a
*class* from a notebook may show another cell's lines (functions are right everywhere).
"""

from __future__ import annotations
import __future__

import ast
import linecache
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import CodeType, ModuleType
from typing import Any

from grader.messages import Message
from grader.student.faults import describe_error, explain, locate, trim
from grader.student.names import names_of
from grader.student.slicing import Slice
from grader.student.source import Source
from grader.student.statements import Statement, statements_of
from grader.verdict import Finding, Location

__all__ = ["Executed", "describe_error", "execute", "execute_all", "explain", "locate", "trim"]

MODULE = "submission"
MAX_WARNINGS = 20


@dataclass
class Executed:
    """A submission after its run. `error` ended it; `lost` are the names that it would have defined."""

    module: ModuleType
    error: Finding | None = None
    warnings: list[Finding] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def execute(slice: Slice, source: Source, namespace: Mapping[str, Any] | None = None) -> Executed:
    """Run what was kept. Returns also when the student's code fails, whatever it raises."""
    return _run(slice.kept, source, namespace or {})


def execute_all(source: Source, namespace: Mapping[str, Any] | None = None) -> Executed:
    """Run every statement of every cell, the body of the main guard among them."""
    return _run(statements_of(source), source, namespace or {})


def _run(statements: list[Statement], source: Source, namespace: Mapping[str, Any]) -> Executed:
    executed = Executed(_module(source, namespace))
    flags = _future_flags(source)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for index, statement in enumerate(statements):
            error = _run_one(statement, executed.module, flags)
            if error is not None and statement.why == "changes":
                executed.warnings.append(_change_failed(error, statement, source))
            elif error is not None:
                executed.lost = _lost(statements[index:], executed.module)
                executed.error = _definition_failed(error, statement, source, executed.lost)
                break
    executed.warnings += _python_warnings(caught, source)
    return executed


def _run_one(statement: Statement, module: ModuleType, flags: int) -> BaseException | None:
    try:
        exec(_compile(statement, flags), module.__dict__)
    except BaseException as error:
        return error
    return None


def _compile(statement: Statement, flags: int) -> CodeType:
    tree = ast.Module([statement.node], [])
    code: CodeType = compile(tree, statement.file, "exec", flags=flags, dont_inherit=True)
    return code


def _module(source: Source, namespace: Mapping[str, Any]) -> ModuleType:
    module = ModuleType(MODULE)
    module.__file__ = source.name
    if source.notebook:
        module.__dict__.update(display=_display)
    module.__dict__.update(get_ipython=lambda: _SHELL, **namespace)
    sys.modules[MODULE] = module
    _show(source.name, [line for cell in source.cells for line in cell.lines])
    for file, cell in source.files.items():
        _show(file, cell.lines)
    return module


def _show(file: str, lines: Iterable[str]) -> None:
    """Let tracebacks and `inspect` find these lines; an entry without a time is never checked against a disk."""
    ended = [f"{line}\n" for line in lines]
    linecache.cache[file] = (sum(map(len, ended)), None, ended, file)


def _future_flags(source: Source) -> int:
    flags = 0
    for node in (node for cell in source.cells for node in cell.tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(__future__, alias.name).compiler_flag
    return flags


# --- what went wrong


def _change_failed(error: BaseException, statement: Statement, source: Source) -> Finding:
    reason = explain(error, source)
    where = reason.location or source.at(statement.cell, statement.line)
    return Finding(Message("source.change_failed", {"reason": reason.message}), reason.hint, where, "warning")


def _definition_failed(error: BaseException, statement: Statement, source: Source, lost: list[str]) -> Finding:
    reason = explain(error, source)
    where = reason.location or source.at(statement.cell, statement.line)
    if not lost:
        return Finding(reason.message, reason.hint, where)
    return Finding(Message("source.definition_failed", {"names": lost, "reason": reason.message}), reason.hint, where)


def _lost(statements: list[Statement], module: ModuleType) -> list[str]:
    names = [name for statement in statements for name in names_of(statement.node).binds]
    return [name for name in dict.fromkeys(names) if name not in module.__dict__]


def _python_warnings(caught: list[warnings.WarningMessage], source: Source) -> list[Finding]:
    found: dict[tuple[str, Location | None], Finding] = {}
    for each in caught:
        if issubclass(each.category, UserWarning | RuntimeWarning):
            text = str(each.message)[:1_000]
            where = source.location(each.filename, each.lineno)
            message = Message("source.python_warning", {"type": each.category.__name__, "text": text})
            found.setdefault((text, where), Finding(message, None, where, "note"))
    return list(found.values())[:MAX_WARNINGS]


# --- what a notebook expects to find


class _Shell:
    """Stands in for IPython's shell: every magic and shell command does nothing and says so."""

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        _say_not_run()
        return []

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: _say_not_run()


def _say_not_run() -> None:
    warnings.warn("Magics and shell commands are not run while grading.", UserWarning, stacklevel=3)


def _display(*_: Any, **__: Any) -> None:
    """Notebooks have `display` built in; nobody looks while grading."""


_SHELL = _Shell()
