"""A replayed graph computes what the captured module computes, to the last digit, in evaluation and in training."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from networks import ZOO, inputs, model_of, net, sent_from
from torch import Tensor, nn

from grader.evaluator.replay import Replay
from grader.evidence.graph import Graph, Node, Ref, TensorSpec

STEPS = 20
NETWORKS = pytest.mark.parametrize("name", ZOO)


@pytest.fixture(autouse=True)
def _one_thread_and_one_way() -> Iterator[None]:
    """Attention has a second way for inference, fused in one kernel, which is not what its graph says."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(True)
    torch.set_num_threads(threads)


def pair(name: str) -> tuple[nn.Module, Replay]:
    text, shape, dtype = ZOO[name]
    return model_of(text), sent_from(text, shape, dtype).replay()


def sample(name: str, batch: int = 4, seed: int = 0) -> Tensor:
    _, shape, dtype = ZOO[name]
    return inputs(shape, dtype, batch, seed)


@NETWORKS
@pytest.mark.parametrize("batch", [4, 1, 9])
def test_outputs_are_bit_equal_at_any_batch_size(name: str, batch: int) -> None:
    """In evaluation mode, at one thread and the same batch, every bit agrees; the graph was captured at another size."""
    module, replay = pair(name)
    with torch.no_grad():
        assert torch.equal(module.eval()(sample(name, batch)), replay.eval()(sample(name, batch)))


@NETWORKS
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_losses_are_equal_over_twenty_training_steps(name: str, optimizer: str) -> None:
    """Gradients, optimiser steps, dropout under the same seed and running statistics: no digit of the loss differs."""
    losses = [trained(model, name, optimizer) for model in pair(name)]
    assert losses[0] == losses[1]
    assert losses[0][0] != losses[0][-1]


@NETWORKS
def test_after_training_both_evaluate_the_same(name: str) -> None:
    """Evaluation after training uses what training left: weights, and running statistics with them."""
    module, replay = pair(name)
    for model in (module, replay):
        trained(model, name, "Adam")
    assert torch.equal(module.eval()(sample(name)), replay.eval()(sample(name)))


def test_running_statistics_move_as_in_the_module() -> None:
    """Five passes in training mode leave the same running mean, variance and batch count."""
    module, replay = pair("batch_norm")
    for model in (module, replay):
        torch.manual_seed(0)
        model.train()
        for seed in range(5):
            model(sample("batch_norm", seed=seed))
    buffers = dict(module.named_buffers())
    assert len(buffers) == 6 and buffers["features.1.num_batches_tracked"] == 5
    for key, value in buffers.items():
        assert torch.equal(value, replay.state[key]), key


def test_evaluation_leaves_the_state_alone() -> None:
    """However often it evaluates, the state stays as it was sent."""
    text, shape, dtype = ZOO["batch_norm"]
    network = sent_from(text, shape, dtype)
    replay = network.replay().eval()
    for seed in range(3):
        replay(sample("batch_norm", seed=seed))
    for key, array in network.tensors.items():
        assert torch.equal(replay.state[key], torch.from_numpy(array))


def test_two_replays_of_one_capture_share_nothing() -> None:
    """Training one of them changes neither the other nor what was sent."""
    text, shape, dtype = ZOO["mlp"]
    network = sent_from(text, shape, dtype)
    first, second = network.replay(), network.replay()
    trained(first, "mlp", "SGD")
    for key, array in network.tensors.items():
        assert torch.equal(second.state[key], torch.from_numpy(array)) and not torch.equal(
            first.state[key], second.state[key]
        )


def test_tied_weights_are_one_parameter() -> None:
    """They count once, and stay tied while training."""
    module, replay = pair("tied")
    assert [key for key, spec in replay.specs.items() if spec.aliases] == ["there.weight"]
    assert replay.specs["there.weight"].aliases == ("back.weight",)
    assert len(list(replay.parameters())) == len(list(module.parameters())) == 1


def test_a_layer_used_twice_gets_both_gradients() -> None:
    """A module called twice, and a parameter of the network's own, train as in PyTorch."""
    module, replay = pair("used_twice")
    for model in (module, replay):
        model(sample("used_twice")).square().sum().backward()
    for key, parameter in module.named_parameters():
        assert torch.equal(parameter.grad, replay.state[key].grad)


def test_frozen_parameters_stay_frozen() -> None:
    """What the student froze is a tensor without a gradient."""
    text = net(
        "self.fc1 = nn.Linear(4, 4)\nself.fc2 = nn.Linear(4, 2)\nself.fc1.weight.requires_grad_(False)",
        "return self.fc2(self.fc1(x))",
    )
    replay = sent_from(text, (4,)).replay()
    replay(inputs((4,))).sum().backward()
    assert replay.state["fc1.weight"].grad is None and replay.state["fc1.bias"].grad is not None


def test_keys_that_look_alike_stay_apart() -> None:
    """``a.b`` and ``a__b`` are two parameters, and both are trained."""
    specs = {key: TensorSpec(key, "parameter", (2,), "float32", True) for key in ("a.b", "a__b", "a_.b", "a._b")}
    replay = Replay({}, specs, {})
    assert len(list(replay.parameters())) == 4


def test_every_result_is_shown_to_the_recorder_in_order() -> None:
    """`record` sees each node once, and results that nobody needs any more are let go."""
    _, replay = pair("cnn")
    seen: list[str] = []
    replay.eval()(sample("cnn"), lambda node, value: seen.append(node.name))
    assert seen == [node.name for node in replay.graphs["eval"].nodes]


def test_an_operator_off_the_list_is_not_even_looked_up() -> None:
    """The evaluator does not rely on the gate before it."""
    graph = Graph("x", {}, (Node("n", "aten.set_.source_Tensor", (Ref("x"), Ref("x"))),), Ref("n"))
    with pytest.raises(ValueError, match="not on the list"):
        Replay({"eval": graph, "train": graph}, {}, {})


@pytest.mark.parametrize("forward", [
    "h = torch.zeros(1, x.size(0), 3).to(x.device)\nreturn self.rnn(x, h)[0][:, -1]",
    "h = torch.zeros(1, x.size(0), 3, device=x.device, dtype=x.dtype)\nreturn self.rnn(x, h)[0][:, -1]",
    "h = x.new_zeros(1, x.size(0), 3)\nreturn self.rnn(x, h)[0][:, -1]",
    "h = torch.zeros(1, x.shape[0], 3).requires_grad_()\nreturn self.rnn(x, h.detach())[0][:, -1]",
    "h = torch.zeros(1, len(x), 3).float()\nreturn self.rnn(x.float(), h)[0][:, -1]",
    "h = torch.zeros(1, x.size(0), 3).to('cpu')\nout, h = self.rnn(x, h)\nreturn out[:, -1, :].squeeze()",
    "out, h = self.rnn(x)\nreturn h.squeeze(0)",
    "return self.rnn(x)[0].mean(dim=1) / 2 + 1",
    "return self.rnn(x)[0].reshape(len(x), -1) + len([0, 2])",
    "return torch.cat([x[:, 0], x[:, -1]], dim=1)[:, ::2] ** 2 - self.rnn(x)[0][:, 0].mean()",
    "b = x.size(0)\nreturn self.rnn(x)[0].reshape(b, 15)[..., -3:].contiguous()",
])  # fmt: skip
def test_what_courses_write_around_layers_replays(forward: str) -> None:
    """Initial states, devices, slices and reshapes in the many ways they are written."""
    text = net("self.rnn = nn.RNN(4, 3, batch_first=True)", forward)
    replay = sent_from(text, (5, 4)).replay()
    for batch in (2, 6):
        x = inputs((5, 4), batch=batch)
        assert torch.equal(model_of(text).eval()(x), replay.eval()(x))


def trained(model: nn.Module, name: str, optimizer: str) -> list[float]:
    """Losses of twenty steps on four random batches."""
    torch.manual_seed(1)
    steps = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-2)
    losses: list[float] = []
    for seed in itertools.islice(itertools.cycle(range(4)), STEPS):
        model.train()
        output: Any = model(sample(name, seed=seed))
        loss = F.cross_entropy(output, torch.arange(len(output)) % 2)
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(float(loss.detach()))
    return losses
