"""A four-cell notebook run whole, in a child of a warm sandbox, against stock nbclient with a fresh kernel.

Ours begins with the order for a child and ends with the child's answer; the zygote has been idle long enough to be warm,
as when many submissions are graded. Theirs is `NotebookClient(...).execute()`, everything it needs imported. Both must show
the same.
"""

from __future__ import annotations

import json
import time
from typing import Any

import nbformat
import numpy as np
from nbclient import NotebookClient
from timing import Row, medians, show, use_two_cores

from grader.evidence.frames import Frame
from grader.sandbox import Sandbox, open_sandbox

RUNS = 5
LIMIT = 1 / 3
WARM_SECONDS = 20.0  # more than an idle zygote takes to prepare itself
CELLS = (
    "import torch\nfrom torch import nn\ntorch.manual_seed(0);",
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.fc = nn.Linear(4, 2)\n\n"
    "    def forward(self, x):\n"
    "        return torch.relu(self.fc(x))\n\n"
    "model = Net()",
    "y = model(torch.ones(3, 4))\ny.shape",
    "print('loss', round(y.sum().item(), 4))",
)


def measure() -> list[Row]:
    """One row: seconds of ours against seconds of theirs."""
    with open_sandbox(warm=True) as sandbox:
        time.sleep(WARM_SECONDS)
        shown = (_ours(sandbox), _theirs())
        assert shown[0] == shown[1], shown
        ours, theirs = medians([lambda: _ours(sandbox), _theirs], RUNS)
    return [Row("a four-cell notebook against stock nbclient with a fresh kernel", ours, theirs, LIMIT)]


def _ours(sandbox: Sandbox) -> list[tuple[int, str]]:
    """The texts that each cell has shown."""
    cells = [{"cell_type": "code", "source": code, "metadata": {}} for code in CELLS]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
    body: dict[str, Any] = {
        "request": "load",
        "name": "answer.ipynb",
        "target": "model",
        "run": "all",
        "data_root": None,
    }
    body |= {"cell_seconds": 60.0, "total_seconds": 120.0}
    with sandbox.start("student") as child:
        child.send(Frame(body, {"source": np.frombuffer(data, np.uint8)}))
        while "cell" in (answer := child.receive()).body:
            pass
    assert answer.body["defined"], answer.body
    return [(output["cell"], output["data"]) for output in answer.body["outputs"]]


def _theirs() -> list[tuple[int, str]]:
    notebook: Any = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(code) for code in CELLS]  # type: ignore[no-untyped-call]
    )
    NotebookClient(notebook).execute()
    outputs = [(number, output) for number, cell in enumerate(notebook.cells, 1) for output in cell.outputs]
    return [
        (number, output["text"] if "text" in output else output["data"]["text/plain"]) for number, output in outputs
    ]


if __name__ == "__main__":
    use_two_cores()
    show(measure())
