"""With `run: all` the very object that a notebook's cells left behind is captured, and asked when it has no graph."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from networks import IMPORTS
from notebook_child import NAME, load

from grader.evidence.frames import Frame
from grader.sandbox import Child, Sandbox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")

REQUEST: dict[str, Any] = {
    "target": "model",
    "arguments": {},
    "shape": [4],
    "dtype": "float32",
    "batches": [2, 5],
    "seed": 0,
    "probe_seed": 1,
}
CLASS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return torch.relu(self.fc(x))"""
BRANCHING = CLASS.replace("return", "if x.sum() > 0:\n            x = x + 1\n        return")


def captured(child: Child, *cells: str, **request: Any) -> tuple[str, Frame]:
    """The kind of `model` after these cells, and its capture."""
    answer = load(child, IMPORTS, *cells, target="model", cell_seconds=60, total_seconds=120)
    assert answer.error is None and answer.body["defined"]
    built = child.ask(Frame(REQUEST | request | {"request": "build"})).body
    assert built["built"], built
    return answer.body["kind"], child.ask(Frame(REQUEST | request | {"request": "capture"}))


@pytest.mark.slow
def test_the_state_that_the_notebook_trained_comes_out_with_cells_and_lines(sandbox: Sandbox) -> None:
    """A real kernel, a real training, and a notebook that went to another folder meanwhile."""
    training = (
        "import os\nos.makedirs('elsewhere')\nos.chdir('elsewhere')\nmodel = Net()\n"
        "optimizer = torch.optim.SGD(model.parameters(), 0.5)\n"
        "for _ in range(200):\n    loss = ((model.fc(torch.ones(1, 4)) - torch.tensor([[3.0, 5.0]])) ** 2).sum()\n"
        "    optimizer.zero_grad(); loss.backward()\n    nn.utils.clip_grad_norm_(model.parameters(), 0.5); optimizer.step()"
    )
    with sandbox.start("student") as child:
        kind, answer = captured(child, "%pwd", CLASS, "torch.manual_seed(3)", training)
    assert kind == "module"
    weight, bias = answer.tensors["fc.weight"], answer.tensors["fc.bias"]
    np.testing.assert_allclose(weight.sum(1) + bias, [3, 5], atol=0.3)
    nodes = answer.body["graph"]["eval"]["nodes"]
    assert [(node[1], node[6]) for node in nodes] == [
        ("aten.linear.default", [NAME, 7, 3]),
        ("aten.relu.default", [NAME, 7, 3]),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "arguments", "kind"),
    [
        ("model = nn.Linear(4, 2)\n_ = nn.init.constant_(model.weight, 0.5)", {}, "module"),
        ("model = nn.Linear", {"in_features": 4, "out_features": 2}, "module class"),
        ("def model():\n    return nn.Linear(4, 2)", {}, "function"),
    ],
)
def test_a_class_is_built_and_an_instance_taken_as_it_is(
    sandbox: Sandbox, cell: str, arguments: dict[str, Any], kind: str
) -> None:
    """The same capture as in a sliced run."""
    with sandbox.start("student") as child:
        found, answer = captured(child, cell, arguments=arguments)
    assert found == kind and answer.tensors["weight"].shape == (2, 4)
    assert kind != "module" or (answer.tensors["weight"] == 0.5).all()


@pytest.mark.parametrize(
    ("cell", "defined", "kind"),
    [("x = 1", False, None), ("model = None", False, None), ("model = 3", True, "int"), ("model = {}", True, "dict")],
)
def test_what_is_no_network_is_said_by_its_type(sandbox: Sandbox, cell: str, defined: bool, kind: str | None) -> None:
    """What IPython or nobody put there is not defined."""
    with sandbox.start("student") as child:
        body = load(child, cell, target="model").body
    assert body["defined"] == defined and body.get("kind") == kind


@pytest.mark.slow
def test_a_model_without_a_graph_is_asked_for_its_behaviour(sandbox: Sandbox) -> None:
    """The object of the notebook is still there when the kernel is gone, and prints where it may."""
    with sandbox.start("student") as child:
        answer = load(child, IMPORTS, BRANCHING, "model = Net()\nprint('so far')", target="model")
        assert answer.error is None and answer.text(3) == "so far\n"
        child.ask(Frame(REQUEST | {"request": "build"}))
        capture = child.ask(Frame(REQUEST | {"request": "capture"})).body
        assert "export_error" in capture and "graph" not in capture
        sample = np.ones((3, 4), np.float32)
        weights = {"w:fc.weight": np.full((2, 4), 2, np.float32), "w:fc.bias": np.zeros(2, np.float32), "input": sample}
        asked = {"target": "model", "arguments": {}}
        forward = child.ask(Frame({"request": "forward", **asked}, weights))
        np.testing.assert_array_equal(forward.tensors["output"], np.full((3, 2), 16))
        gradients = child.ask(Frame({**REQUEST, "request": "gradients", "batch": 3}))
        assert set(gradients.body["norms"]) == {"fc.weight", "fc.bias"}


@pytest.mark.slow
def test_what_a_cell_kept_of_the_kernel_harms_nobody_later(sandbox: Sandbox) -> None:
    """A model that prints to the stream it once saw, or asks the shell, still runs after the notebook is over."""
    cell = """import sys
stream = sys.stdout
class Talking(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        print('forward', file=stream, flush=True)
        get_ipython().system('ls')
        return self.fc(x)
model = Talking()"""
    with sandbox.start("student") as child:
        answer = load(child, IMPORTS, cell, target="model")
        assert answer.error is None
        child.ask(Frame(REQUEST | {"request": "build"}))
        capture = child.ask(Frame(REQUEST | {"request": "capture"})).body
    assert "forward_error" not in capture and capture["output"] == "tensor"
