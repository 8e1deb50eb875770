"""Running notebooks where they run when they are graded: in a student child."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.evidence.claims import LoadClaim, read_claim
from grader.evidence.frames import Frame
from grader.sandbox import Child, Sandbox
from grader.verdict import Finding, finding_from_json

NAME = "답안.ipynb"


@dataclass
class Answer:
    """What a child said while it loaded a notebook."""

    body: dict[str, Any]
    announced: list[int] = field(default_factory=list)

    @property
    def error(self) -> Finding | None:
        return finding_from_json(self.body["error"]) if self.body.get("error") else None

    @property
    def ran(self) -> list[str]:
        return [name.removeprefix(NAME) for name in self.body["ran"]]

    @property
    def notes(self) -> list[Finding]:
        return [finding_from_json(note) for note in self.body["notes"]]

    def text(self, cell: int) -> str:
        return "".join(output["data"] for output in self.body["outputs"] if output["cell"] == cell)


def notebook(*cells: str) -> bytes:
    codes = [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]
    return json.dumps({"cells": codes, "metadata": {"colab": {}}, "nbformat": 4, "nbformat_minor": 0}).encode()


def load(child: Child, *cells: str, target: str = "x", cell_seconds: float = 30, total_seconds: float = 60) -> Answer:
    """The answer to a request to run these cells, its findings proved to render."""
    body = {"request": "load", "name": NAME, "target": target, "run": "all", "data_root": None}
    body |= {"cell_seconds": cell_seconds, "total_seconds": total_seconds}
    child.send(Frame(body, {"source": np.frombuffer(notebook(*cells), np.uint8)}))
    announced: list[int] = []
    while "cell" in (answer := child.receive()).body:
        announced.append(answer.body["cell"])
    assert "failed" not in answer.body, answer.body
    loaded = Answer(read_claim(LoadClaim, answer.body), announced)
    for finding in [*loaded.notes, *([loaded.error] if loaded.error else [])]:
        for language in ("en", "ko"):
            assert finding.message.render(language)
            assert finding.hint is None or finding.hint.render(language)
    return loaded


def run(sandbox: Sandbox, *cells: str, **request: Any) -> Answer:
    """The same in a child of its own."""
    with sandbox.start("student") as child:
        return load(child, *cells, **request)
