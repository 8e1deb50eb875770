"""Capturing from inside a notebook's kernel, after all of its cells have run (`run: all`).

The kernel holds the student's objects, so the capture is made there and left as a frame in a file of the scratch folder;
the student child passes it on. It is a claim like every capture.

Not covered: a model without a graph. Its behaviour is asked for later, when the kernel is gone.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.errors import ProtocolError
from grader.evidence.frames import HEADER, Frame, decode, encode
from grader.student.capture import capture
from grader.student.source import Cell, Source, read_source
from grader.student.structure import kind_of

REQUEST, SOURCE, ANSWER = "capture-request.json", "submission-source", "capture-answer"


class KernelSource(Source):
    """A notebook whose cells go by the file names that ipykernel gives them in this very process."""

    @property
    def files(self) -> dict[str, Cell]:
        """Cells by the file name that tracebacks show."""
        from ipykernel.compiler import get_file_name

        return {get_file_name(cell.original): cell for cell in self.cells}  # type: ignore[no-untyped-call]


def epilogue(request: Mapping[str, Any], source: bytes) -> str:
    """The code to run in the kernel; what it needs lies in the scratch folder, wherever the notebook has gone by then."""
    folder = Path.cwd()
    (folder / REQUEST).write_text(json.dumps(dict(request)), encoding="utf-8")
    (folder / SOURCE).write_bytes(source)
    return f"from grader.student.kernel import leave_capture as _leave\n_leave(globals(), {str(folder)!r})"


def leave_capture(namespace: Mapping[str, Any], folder: str) -> None:
    """Capture what the request names from the kernel's `namespace` and leave it as a file in `folder`."""
    request = json.loads((Path(folder) / REQUEST).read_text(encoding="utf-8"))
    read = read_source((Path(folder) / SOURCE).read_bytes(), request["name"])
    source = KernelSource(read.name, read.cells, read.notes, read.notebook)
    target = namespace.get(request["target"])
    facts: dict[str, Any] = {"defined": target is not None, "kind": kind_of(target)}
    tensors: dict[str, Any] = {}
    if facts["kind"] in ("module", "module class", "function"):
        captured, tensors = capture(target, request, source)
        facts["capture"] = captured
    (Path(folder) / ANSWER).write_bytes(encode(Frame(facts, tensors)))


def read_answer() -> Frame | None:
    """What the kernel left; None when it left nothing, or something else stands in its place."""
    try:
        data = Path(ANSWER).read_bytes()
        split = HEADER.size + HEADER.unpack(data[: HEADER.size])[0]
        answer = decode(data[HEADER.size : split], data[split:])
    except (OSError, struct.error, ProtocolError):
        return None
    return answer if {"defined", "kind"} <= answer.body.keys() else None
