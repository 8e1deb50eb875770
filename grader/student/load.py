"""Loading a submission inside the student child: read it, keep what the target needs, run that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.evidence.frames import Frame
from grader.student.execute import execute, execute_all
from grader.student.slicing import lint, slice_source, untouched
from grader.student.source import Source, SourceProblem, read_source
from grader.student.used_names import used_names
from grader.verdict import finding_to_json


@dataclass
class Loaded:
    """A submission after loading. `facts` is the answer to the request."""

    source: Source
    facts: dict[str, Any]
    module: ModuleType | None = None

    def target(self, name: str) -> Any:
        """The object of this name. Raises AttributeError; the controller asks only for names that were defined."""
        return getattr(self.module, name)


def load(frame: Frame) -> Loaded:
    """Load what the request describes.

    The body has ``name`` (file name to show), ``target``, ``run`` (``needed`` or ``all``) and, for data sets served from
    here, ``data_root``; the tensors ``source`` and, where the exercise has one, ``stub`` hold the files' bytes.
    """
    body = frame.body
    try:
        source = read_source(frame.tensors["source"].tobytes(), body["name"])
    except SourceProblem as problem:
        return Loaded(Source(name=body["name"], cells=[]), {"problem": finding_to_json(problem.finding)})
    facts: dict[str, Any] = {"notes": [finding_to_json(note) for note in source.notes]}
    target = body["target"]
    facts["lints"] = [finding_to_json(finding) for finding in lint(source, target)]
    if "stub" in frame.tensors:
        facts["untouched"] = _is_untouched(source, target, frame.tensors["stub"].tobytes())
    _serve_data(source, body.get("data_root"))
    if body["run"] == "all":
        executed = execute_all(source)
        facts |= {"ran": [], "left": [], "everything": True}
    else:
        kept = slice_source(source, [target])
        facts |= {
            "ran": [statement.span() for statement in kept.kept],
            "left": [statement.span() for statement in kept.left],
            "missing": list(kept.missing),
            "suggestions": {name: list(names) for name, names in kept.suggestions.items()},
            "nested": {
                name: [found.enclosing, [source.name, found.line, found.cell]] for name, found in kept.nested.items()
            },
            "names": used_names(kept, source),
        }
        if kept.missing:
            return Loaded(source, facts)
        executed = execute(kept, source)
    facts["warnings"] = [finding_to_json(warning) for warning in executed.warnings]
    if executed.error is not None:
        facts["error"] = finding_to_json(executed.error)
    facts["defined"] = hasattr(executed.module, target)
    if facts["defined"]:
        facts["kind"] = _kind(getattr(executed.module, target))
    return Loaded(source, facts, executed.module)


def _kind(value: Any) -> str:
    from torch import nn

    if isinstance(value, nn.Module):
        return "module"
    if isinstance(value, type):
        return "module class" if issubclass(value, nn.Module) else "class"
    return "function" if callable(value) else type(value).__name__


def _is_untouched(source: Source, target: str, stub: bytes) -> bool:
    try:
        return untouched(source, target, read_source(stub, "stub.py"))
    except SourceProblem:
        return False


def _serve_data(source: Source, root: str | None) -> None:
    """Let torchvision's data sets find the grader's local copies, whatever folder the student named."""
    if root is None or not any("torchvision" in cell.text for cell in source.cells):
        return
    try:
        from torchvision.datasets import MNIST
    except Exception:
        return  # the student's own import will say what is wrong
    original = MNIST.__init__

    def local(self: Any, _root: Any = None, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("root", None)
        kwargs.pop("download", None)
        original(self, Path(root), *args[:3], **kwargs)

    MNIST.__init__ = local
