"""Loading a submission inside the student child: read it, keep what the target needs, run that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from grader.evidence.frames import Channel, Frame
from grader.evidence.graph import location_to_json
from grader.student.execute import Executed, execute, execute_all
from grader.student.slicing import Slice, lint, slice_source, untouched
from grader.student.source import Source, SourceProblem, read_source
from grader.student.structure import kind_of
from grader.student.used_names import used_names
from grader.student.workers import serve_without_workers
from grader.verdict import finding_to_json

if TYPE_CHECKING:
    from grader.student.notebook_run import NotebookRun

MAX_SPANS = 2_000  # places that an answer may name; people read the first dozen


@dataclass
class Loaded:
    """A submission after loading. `facts` is the answer to the request."""

    source: Source
    facts: dict[str, Any]
    module: Any = None

    def target(self, name: str) -> Any:
        """The object of this name. Raises AttributeError; the controller asks only for names that were defined."""
        return getattr(self.module, name)


def load(frame: Frame, channel: Channel | None = None) -> Loaded:
    """Load what the request describes.

    The body has ``name`` (file name to show), ``target``, ``run`` (``needed`` or ``all``) and, for data sets served from
    here, ``data_root``; with ``run: all`` also time limits. The tensors ``source`` and, where the exercise has one,
    ``stub`` hold the files' bytes. A notebook that runs whole needs the `channel`, to tell which cell comes next, and a
    kernel; where there is none, its statements run without one.
    """
    body = frame.body
    data = frame.tensors["source"].tobytes()
    try:
        source = read_source(data, body["name"])
    except SourceProblem as problem:
        return Loaded(Source(name=body["name"], cells=[]), {"problem": finding_to_json(problem.finding)})
    skipped = () if source.notebook and body["run"] == "all" else source.notes  # IPython runs those cells
    facts: dict[str, Any] = {
        "notes": [finding_to_json(note) for note in skipped],
        "lints": [finding_to_json(finding) for finding in lint(source, body["target"])],
    }
    if "stub" in frame.tensors:
        facts["untouched"] = _is_untouched(source, body["target"], frame.tensors["stub"].tobytes())
    serve_data(body.get("data_root"), data)
    if source.notebook and body["run"] == "all":
        source = _for_kernel(source)
    served = serve_without_workers(source)
    loaded = _run(source, body, facts, channel)
    loaded.facts["notes"] += [finding_to_json(note) for note in served]
    return loaded


def _run(source: Source, body: Mapping[str, Any], facts: dict[str, Any], channel: Channel | None) -> Loaded:
    if channel is not None and body["run"] == "all" and source.notebook:
        return _load_notebook(source, body, facts, channel)  # its kernel needs sockets, and seals them itself
    if channel is not None:
        channel.seal()
    if body["run"] == "needed":
        return _load_needed(source, body["target"], facts)
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
        "ran": [statement.span() for statement in kept.kept[:MAX_SPANS]],
        "left": [statement.span() for statement in kept.left[:MAX_SPANS]],
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


def _load_notebook(source: Source, body: Mapping[str, Any], facts: dict[str, Any], channel: Channel) -> Loaded:
    from grader.student.notebook_run import run_notebook

    run = run_notebook(
        source,
        body["cell_seconds"],
        body["total_seconds"],
        on_cell=lambda number, seconds: channel.send(Frame({"cell": number, "seconds": seconds})),
        on_stuck=lambda run: channel.send(Frame(facts | _run_facts(run, body["target"]))),
        seal=channel.seal,
    )
    facts |= _run_facts(run, body["target"])
    target = {body["target"]: run.namespace[body["target"]]} if facts["defined"] else {}
    return Loaded(source, facts, SimpleNamespace(**target))


def _run_facts(run: NotebookRun, target: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "everything": True,
        "ran": [run.source.file_of(number) for number in run.ran[:MAX_SPANS]],
        "notes": [finding_to_json(note) for note in run.notes],  # of what was not run after all
        "outputs": run.outputs,
        "defined": not run.over_time and run.namespace.get(target) is not None,
    }
    if run.error is not None:
        facts["error"] = finding_to_json(run.error)
    if facts["defined"]:
        facts["kind"] = kind_of(run.namespace[target])
    return facts


def _for_kernel(source: Source) -> Source:
    from grader.student.kernel import KernelSource

    return KernelSource(source.name, source.cells, source.notes, source.notebook)


def _is_untouched(source: Source, target: str, stub: bytes) -> bool:
    try:
        return untouched(source, target, read_source(stub, "stub.py"))
    except SourceProblem:
        return False
