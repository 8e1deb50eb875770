"""With `run: all` a capture is made inside the notebook's kernel, of the very object that its cells left behind."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from networks import IMPORTS
from torch import nn

from grader.evidence.frames import HEADER
from grader.student.kernel import ANSWER, epilogue, leave_capture, read_answer
from grader.student.notebook_run import run_notebook

pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")

REQUEST = {
    "target": "model",
    "arguments": {},
    "shape": [4],
    "dtype": "float32",
    "batches": [2, 5],
    "seed": 0,
    "name": "답안.ipynb",
}
CLASS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return torch.relu(self.fc(x))"""


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def notebook(*cells: str) -> bytes:
    codes = [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]
    return json.dumps({"cells": codes, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def left_by(namespace: dict[str, Any], **request: Any) -> Any:
    """What is left of a namespace, in this very process."""
    epilogue(REQUEST | request, notebook(IMPORTS, CLASS))
    leave_capture(namespace, str(Path.cwd()))
    return read_answer()


@pytest.mark.slow
def test_the_state_that_the_notebook_trained_comes_out_with_cells_and_lines() -> None:
    """A real kernel, a real training, and a notebook that went to another folder meanwhile."""
    training = (
        "import os\nos.makedirs('elsewhere')\nos.chdir('elsewhere')\nmodel = Net()\noptimizer = torch.optim.SGD(model.parameters(), 0.5)\n"
        "for _ in range(200):\n    loss = ((model.fc(torch.ones(1, 4)) - torch.tensor([[3.0, 5.0]])) ** 2).sum()\n"
        "    optimizer.zero_grad(); loss.backward()\n    nn.utils.clip_grad_norm_(model.parameters(), 0.5); optimizer.step()"
    )
    data = notebook(f"%pwd\n{IMPORTS}", CLASS, "torch.manual_seed(3)", training)
    run = run_notebook(data, "답안.ipynb", 60, 120, epilogue(REQUEST, data))
    answer = read_answer()
    assert run.error is None and run.epilogue_error is None and run.ran == [1, 2, 3, 4]
    assert answer is not None and answer.body["defined"] and answer.body["kind"] == "module"
    weight, bias = answer.tensors["fc.weight"], answer.tensors["fc.bias"]
    np.testing.assert_allclose(weight.sum(1) + bias, [3, 5], atol=0.3)
    nodes = answer.body["capture"]["graph"]["eval"]["nodes"]
    assert [(node[1], node[6]) for node in nodes] == [
        ("aten.linear.default", ["답안.ipynb", 7, 2]),
        ("aten.relu.default", ["답안.ipynb", 7, 2]),
    ]


def test_a_class_is_built_and_an_instance_taken_as_it_is() -> None:
    """The same capture as in a sliced run."""
    fixed = nn.Linear(4, 2)
    nn.init.constant_(fixed.weight, 0.5)
    answer = left_by({"model": fixed})
    assert answer.body["kind"] == "module" and (answer.tensors["weight"] == 0.5).all()
    answer = left_by({"model": nn.Linear}, arguments={"in_features": 4, "out_features": 2})
    assert answer.body["kind"] == "module class" and answer.body["capture"]["built"]
    answer = left_by({"model": lambda: nn.Linear(4, 2)})
    assert answer.body["kind"] == "function" and answer.tensors["weight"].shape == (2, 4)


@pytest.mark.parametrize(
    ("namespace", "defined"),
    [({}, False), ({"model": None}, False), ({"model": 3}, True), ({"model": torch.ones(2)}, True)],
)
def test_what_is_no_network_is_said_by_its_type(namespace: dict[str, Any], defined: bool) -> None:
    """Nothing is captured, and the kind says what was found."""
    answer = left_by(namespace)
    assert answer.body["defined"] == defined and "capture" not in answer.body and answer.tensors == {}
    assert answer.body["kind"] == type(namespace.get("model")).__name__


@pytest.mark.parametrize(
    "left", [b"", b"x", HEADER.pack(5, 0) + b"wrong", HEADER.pack(2, 0) + b"{}", HEADER.pack(2**63, 2**63), None]
)
def test_what_a_notebook_puts_in_its_place_is_no_answer(scratch: Path, left: bytes | None) -> None:
    """A file of this name that is none of ours counts as nothing."""
    if left is not None:
        (scratch / ANSWER).write_bytes(left)
    assert read_answer() is None
