"""Loading a submission inside the student child: read it, keep what the target needs, run that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.evidence.frames import Frame
from grader.evidence.graph import location_to_json
from grader.student.execute import Executed, execute, execute_all
from grader.student.slicing import Slice, lint, slice_source, untouched
from grader.student.source import Source, SourceProblem, read_source
from grader.student.structure import kind_of
from grader.student.used_names import used_names
from grader.verdict import finding_to_json


@dataclass
class Loaded:
    """A submission after loading. `facts` is the answer to the request; `captured` was made in a notebook's kernel."""

    source: Source
    facts: dict[str, Any]
    module: ModuleType | None = None
    captured: Frame | None = None

    def target(self, name: str) -> Any:
        """The object of this name. Raises AttributeError; the controller asks only for names that were defined."""
        return getattr(self.module, name)


def load(frame: Frame) -> Loaded:
    """Load what the request describes.

    The body has ``name`` (file name to show), ``target``, ``run`` (``needed`` or ``all``) and, for data sets served from
    here, ``data_root``; with ``run: all`` also time limits and the ``capture`` to make. The tensors ``source`` and, where
    the exercise has one, ``stub`` hold the files' bytes.
    """
    body = frame.body
    data = frame.tensors["source"].tobytes()
    try:
        source = read_source(data, body["name"])
    except SourceProblem as problem:
        return Loaded(Source(name=body["name"], cells=[]), {"problem": finding_to_json(problem.finding)})
    facts: dict[str, Any] = {
        "notes": [finding_to_json(note) for note in source.notes],
        "lints": [finding_to_json(finding) for finding in lint(source, body["target"])],
    }
    if "stub" in frame.tensors:
        facts["untouched"] = _is_untouched(source, body["target"], frame.tensors["stub"].tobytes())
    serve_data(body.get("data_root"), data)
    if body["run"] == "needed":
        return _load_needed(source, body["target"], facts)
    if source.notebook:
        return _load_notebook(source, body, data, facts)
    return _finish(source, execute_all(source), body["target"], facts | {"everything": True})


def serve_data(root: str | None, source: bytes) -> None:
    """Let torchvision's data sets find the grader's local copies, whatever folder the student names."""
    if root is None or b"torchvision" not in source:
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


def _load_needed(source: Source, target: str, facts: dict[str, Any]) -> Loaded:
    kept = slice_source(source, [target])
    facts |= _slice_facts(kept, source)
    facts["notes"] += [finding_to_json(note) for note in kept.notes]
    if kept.missing:
        return Loaded(source, facts)
    return _finish(source, execute(kept, source), target, facts)


def _slice_facts(kept: Slice, source: Source) -> dict[str, Any]:
    suggested = {name for names in kept.suggestions.values() for name in names}
    nested = {name: [found.enclosing, [source.name, found.line, found.cell]] for name, found in kept.nested.items()}
    return {
        "ran": [statement.span() for statement in kept.kept],
        "left": [statement.span() for statement in kept.left],
        "missing": list(kept.missing),
        "suggestions": {name: list(names) for name, names in kept.suggestions.items()},
        "nested": nested,
        "places": {name: location_to_json(kept.defined[name]) for name in suggested & kept.defined.keys()},
        "names": used_names(kept, source),
    }


def _finish(source: Source, executed: Executed, target: str, facts: dict[str, Any]) -> Loaded:
    facts["warnings"] = [finding_to_json(warning) for warning in executed.warnings]
    if executed.error is not None:
        facts["error"] = finding_to_json(executed.error)
    facts["defined"] = hasattr(executed.module, target)
    if facts["defined"]:
        facts["kind"] = kind_of(getattr(executed.module, target))
    return Loaded(source, facts, executed.module)


def _load_notebook(source: Source, body: Mapping[str, Any], data: bytes, facts: dict[str, Any]) -> Loaded:
    from grader.student.kernel import epilogue, read_answer
    from grader.student.notebook_run import run_notebook

    # The kernel is a process of its own: it has to be told about the local data, too.
    prologue = f"from grader.student.load import serve_data as _serve\n_serve({body['data_root']!r}, b'torchvision')"
    code = epilogue({**body["capture"], "name": body["name"]}, data)
    run = run_notebook(
        data, body["name"], body["cell_seconds"], body["total_seconds"], code, prologue if body.get("data_root") else ""
    )
    answer = read_answer()
    facts |= {"everything": True, "ran": [source.file_of(number) for number in run.ran]}
    if run.error is not None:
        facts["error"] = finding_to_json(run.error)
    facts["defined"] = answer is not None and bool(answer.body["defined"])
    if answer is None or not facts["defined"]:
        return Loaded(source, facts)
    facts["kind"] = answer.body["kind"]
    return Loaded(source, facts, captured=Frame(answer.body.get("capture", {}), answer.tensors))


def _is_untouched(source: Source, target: str, stub: bytes) -> bool:
    try:
        return untouched(source, target, read_source(stub, "stub.py"))
    except SourceProblem:
        return False
