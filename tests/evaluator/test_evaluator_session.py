"""The evaluator child answers requests about one graph; what goes wrong in it is said and never ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from networks import ZOO, inputs, model_of, net, sent_from

from grader.evaluator.main import serve
from grader.evidence.frames import Frame
from grader.evidence.graph import graph_to_json, spec_to_json
from grader.sandbox.fake import FakeChild
from grader.sandbox.seam import Limits


@pytest.fixture
def child() -> Iterator[FakeChild]:
    with FakeChild(serve, Limits()) as opened:
        yield opened


def load(child: FakeChild, text: str, shape: tuple[int, ...], dtype: str = "float32", *, state: bool = True) -> Frame:
    network = sent_from(text, shape, dtype)
    body: dict[str, Any] = {mode: graph_to_json(graph) for mode, graph in network.graphs.items()}
    specs = [spec_to_json(spec) for spec in network.specs.values()]
    return child.ask(Frame(body | {"request": "load", "state": specs}, network.tensors if state else {}))


def ask(child: FakeChild, request: str, tensors: dict[str, Any] | None = None, **body: Any) -> Frame:
    return child.ask(Frame({"request": request, **body}, tensors or {}))


def test_forward_answers_with_the_modules_output(child: FakeChild) -> None:
    """Evaluation mode, on the input that is sent and the state that was loaded."""
    load(child, *ZOO["batch_norm"])
    x = inputs((1, 8, 8))
    answer = ask(child, "forward", {"input": x.numpy()})
    with torch.no_grad():
        expected = model_of(ZOO["batch_norm"][0]).eval()(x)
    np.testing.assert_allclose(answer.tensors["output"], expected.numpy(), rtol=1e-5, atol=1e-6)


def test_shapes_are_told_for_every_batch_size(child: FakeChild) -> None:
    """One row per batch size, with the input, every node, and the output in it."""
    load(child, *ZOO["cnn"])
    answer = ask(child, "shapes", batches=[2, 1, 5], shape=[1, 8, 8], dtype="float32", seed=0).body
    graph = sent_from(*ZOO["cnn"]).graphs["eval"]
    assert answer["finite"] and len(answer["shapes"]) == 3
    for row, batch in zip(answer["shapes"], (2, 1, 5), strict=True):
        assert row.keys() == {node.name for node in graph.nodes} | {graph.input}
        assert row[graph.input] == [batch, 1, 8, 8] and row[graph.output.name] == [batch, 3]


@pytest.mark.parametrize(
    ("forward", "shape"), [("return x", [2, 12]), ("return self.fc.bias", [3]), ("return torch.ones(2, 3)", [2, 3])]
)
def test_an_output_that_no_node_made_has_a_shape_too(child: FakeChild, forward: str, shape: list[int]) -> None:
    """A network that returns its input, or a weight, is described like any other."""
    text = net("self.fc = nn.Linear(12, 3)", forward)
    load(child, text, (12,))
    rows = ask(child, "shapes", batches=[2], shape=[12], dtype="float32", seed=0).body["shapes"]
    assert rows[0][sent_from(text, (12,)).graphs["eval"].output.name] == shape


def test_shapes_stop_at_the_batch_size_that_fails(child: FakeChild) -> None:
    """What ran until then is kept, and the batch size and PyTorch's words are told."""
    load(child, net("self.fc = nn.Linear(12, 3)", "return self.fc(x).view(-1, 6)"), (12,))
    answer = ask(child, "shapes", batches=[2, 5], shape=[12], dtype="float32", seed=0).body
    assert answer["batch"] == 5 and "invalid for input" in answer["error"] and len(answer["shapes"]) == 2


def test_infinite_outputs_are_noticed(child: FakeChild) -> None:
    """NaN and infinity are values with names."""
    load(child, net("self.fc = nn.Linear(12, 3)", "return torch.log(self.fc(x) * 0)"), (12,))
    assert ask(child, "shapes", batches=[2], shape=[12], dtype="float32", seed=0).body["finite"] is False


def test_whole_numbers_are_fed_to_networks_that_take_them(child: FakeChild) -> None:
    """An embedding is tried with indices that it has."""
    load(child, net("self.words = nn.Embedding(2, 4)", "return self.words(x).mean(1)"), (7,), "int64")
    answer = ask(child, "shapes", batches=[2, 1], shape=[7], dtype="int64", seed=0).body
    assert "error" not in answer
    norms = ask(child, "gradients", batch=5, shape=[7], dtype="int64", seed=0).body["norms"]
    assert norms["words.weight"] > 0


def test_gradients_name_every_parameter_and_those_the_loss_does_not_reach(child: FakeChild) -> None:
    """null for a parameter that is cut off; softmax and dropout hide nothing."""
    text = net(
        "self.a = nn.Linear(12, 8)\nself.b = nn.Linear(8, 3)\nself.drop = nn.Dropout(0.9)",
        "return F.softmax(self.b(self.drop(F.relu(self.a(x).detach()))), dim=1)",
    )
    load(child, text, (12,))
    norms = ask(child, "gradients", batch=5, shape=[12], dtype="float32", seed=0).body["norms"]
    assert {key for key, norm in norms.items() if norm is None} == {"a.weight", "a.bias"}
    assert norms["b.weight"] > 0 and norms["b.bias"] > 0


def test_gradients_do_not_pile_up(child: FakeChild) -> None:
    """Asked twice, it answers twice the same."""
    load(child, *ZOO["mlp"])
    answers = [ask(child, "gradients", batch=5, shape=[12], dtype="float32", seed=0).body for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_network_without_parameters_has_no_gradients(child: FakeChild) -> None:
    """Nothing to reach, and nothing fails."""
    load(child, net("self.pool = nn.AvgPool1d(4)", "return self.pool(x)"), (12,))
    assert ask(child, "gradients", batch=5, shape=[12], dtype="float32", seed=0).body == {"norms": {}}


def test_weights_are_transplanted(child: FakeChild) -> None:
    """`set` replaces the tensors it is sent and leaves the others."""
    load(child, *ZOO["mlp"])
    zeros = {"fc2.weight": np.zeros((3, 8), "float32"), "fc2.bias": np.arange(3, dtype="float32")}
    ask(child, "set", zeros)
    output = ask(child, "forward", {"input": inputs((12,)).numpy()}).tensors["output"]
    np.testing.assert_array_equal(output, np.tile(np.arange(3, dtype="float32"), (4, 1)))


def test_the_drawn_state_is_sent_on_request_only(child: FakeChild) -> None:
    """The reference's weights are asked for; a student's model is drawn in silence."""
    load(child, *ZOO["mlp"], state=False)
    silent, told = ask(child, "initial", seed=0), ask(child, "initial", seed=0, send=True)
    assert silent.tensors == {} and told.tensors.keys() == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
    assert told.tensors["fc1.weight"].std() > 0


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ("forward", {}),
        ("set", {}),
        ("shapes", {}),
        ("initial", {}),
        ("serve", {}),
        ("__init__", {}),
        ("_model", {}),
        ("load", {"eval": 3, "train": {}, "state": []}),
    ],
)
def test_what_goes_wrong_is_said_and_the_child_goes_on(child: FakeChild, request_: str, body: dict[str, Any]) -> None:
    """A request that it cannot serve, or does not know, is answered by `failed`; the next one is served."""
    tensors = {"unknown": np.zeros(1, "float32")} if request_ == "set" else {}
    load(child, *ZOO["mlp"])
    assert ask(child, request_, tensors, **body).body["failed"] == "error"
    assert "output" in ask(child, "forward", {"input": inputs((12,)).numpy()}).tensors


def test_nothing_is_answered_before_a_graph_is_loaded(child: FakeChild) -> None:
    """There is no default model."""
    assert ask(child, "forward", {"input": np.zeros((1, 1), "float32")}).body["failed"] == "error"
