"""The evaluator draws the initial state: PyTorch's distributions, in the order of first use, from one seed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from networks import ZOO, model_of, net, sent_from
from torch import Tensor, nn

from grader.evaluator.initial import draw_initial_state, perturb_norms
from grader.evaluator.replay import Replay

LAYERS = "self.first = nn.Linear(6, 5)\nself.second = nn.Linear(5, 4)"
FORWARD = "return self.second(torch.relu(self.first(x)))"


def drawn(text: str, shape: tuple[int, ...], dtype: str = "float32", seed: int = 0) -> tuple[Replay, list[str]]:
    replay = sent_from(text, shape, dtype).replay()
    return replay, draw_initial_state(replay, seed)


def in_order_of_use(replay: Replay) -> list[Tensor]:
    graph = replay.graphs["eval"]
    used = [
        graph.placeholders[name] for node in graph.nodes for name in _names(node.args) if name in graph.placeholders
    ]
    return [replay.state[key] for key in dict.fromkeys(used)]


def _names(values: object) -> list[str]:
    if isinstance(values, list | tuple):
        return [name for value in values for name in _names(value)]
    return [values.name] if hasattr(values, "name") else []


@pytest.mark.parametrize(
    "text",
    [
        net("\n".join(reversed(LAYERS.split("\n"))), FORWARD),
        net(LAYERS.replace("first", "zeta"), FORWARD.replace("first", "zeta")),
        net(
            f"self.more = nn.Linear(100, 100)\ntorch.manual_seed(5)\n{LAYERS}\nnn.init.ones_(self.first.weight)",
            FORWARD,
        ),
        net("self.all = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4))", "return self.all(x)"),
    ],
    ids=["other order", "renamed", "own seed and weights", "sequential"],
)
def test_equal_graphs_start_equal(text: str) -> None:
    """The draw does not depend on construction order, names, or what the student did to seeds and weights."""
    base, other = drawn(net(LAYERS, FORWARD), (6,))[0], drawn(text, (6,))[0]
    for one, another in zip(in_order_of_use(base), in_order_of_use(other), strict=True):
        assert torch.equal(one, another)


def test_the_seed_decides() -> None:
    """The same seed draws the same state, whatever was there before; another seed draws another."""
    text = net(LAYERS, FORWARD)
    replay, _ = drawn(text, (6,))
    first = [value.clone() for value in in_order_of_use(replay)]
    draw_initial_state(replay, 1)
    assert not any(map(torch.equal, first, in_order_of_use(replay)))
    draw_initial_state(replay, 0)
    assert all(map(torch.equal, first, in_order_of_use(replay)))


# What PyTorch's own constructors draw: layer → fan-in (or hidden size) that bounds its parameters.
BOUNDED: dict[str, tuple[str, tuple[int, ...], int]] = {
    "linear": ("nn.Linear(300, 200)", (300,), 300),
    "conv1d": ("nn.Conv1d(20, 60, 5)", (20, 9), 100),
    "conv2d": ("nn.Conv2d(10, 60, (3, 5))", (10, 6, 6), 150),
    "same": ("nn.Conv2d(10, 60, 3, padding='same')", (10, 6, 6), 90),
    "groups": ("nn.Conv2d(40, 80, 3, groups=4)", (40, 5, 5), 90),
    "transposed": ("nn.ConvTranspose2d(20, 60, 3)", (20, 5, 5), 540),
    "rnn": ("nn.RNN(30, 50, 2, batch_first=True)", (4, 30), 50),
    "lstm": ("nn.LSTM(30, 50, bidirectional=True, batch_first=True)", (4, 30), 50),
    "gru": ("nn.GRU(30, 50, bias=False, batch_first=True)", (4, 30), 50),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_weights_and_biases_are_uniform_within_pytorchs_bound(name: str) -> None:
    """U(-b, b) with b = 1/sqrt(fan_in), or 1/sqrt(hidden_size): bound and spread are those of PyTorch's own constructor."""
    layer, shape, fan_in = BOUNDED[name]
    result = "out = self.layer(x)\nreturn out[0] if isinstance(out, tuple) else out"
    text = net(f"self.layer = {layer}", result)
    replay, undrawn = drawn(text, shape)
    bound = 1 / math.sqrt(fan_in)
    assert undrawn == []
    for key, theirs in model_of(text).named_parameters():
        ours = replay.state[key].detach()
        assert ours.abs().max() <= bound
        theirs = theirs.detach()
        assert theirs.abs().max() <= bound * 1.0001  # the same bound as PyTorch's
        if ours.numel() >= 1000:
            assert ours.abs().max() > 0.98 * bound
            assert ours.std() == pytest.approx(float(theirs.std()), rel=0.1)
            assert ours.mean() == pytest.approx(0, abs=0.1 * bound)


def test_embeddings_are_standard_normal_and_norms_are_neutral() -> None:
    """The layers with rules of their own start as PyTorch's do."""
    text = net("self.words = nn.Embedding(60, 50)\nself.norm = nn.LayerNorm(50)", "return self.norm(self.words(x))")
    words = drawn(text, (3,), "int64")[0].state["words.weight"].detach()
    assert words.std() == pytest.approx(1, rel=0.05) and words.mean() == pytest.approx(0, abs=0.1)

    replay, undrawn = drawn(*ZOO["batch_norm"][:2])
    for key, value in model_of(ZOO["batch_norm"][0]).state_dict().items():
        if key.split(".")[1] in ("1", "2") and "tracked" not in key and value.dim() == 1 and len(value) in (4, 6):
            assert torch.equal(replay.state[key], value), key
    assert all("num_batches_tracked" in key for key in undrawn)


def test_prelu_starts_at_a_quarter() -> None:
    """As in PyTorch."""
    replay, undrawn = drawn(net("self.act = nn.PReLU()", "return self.act(x)"), (3,))
    assert replay.state["act.weight"].tolist() == [0.25] and undrawn == []


def test_what_no_rule_covers_is_named_and_kept() -> None:
    """A parameter of the student's own stays as it came and is named, so that the controller can decide."""
    text = net(
        "self.scale = nn.Parameter(torch.full((4,), 7.0))\nself.fc = nn.Linear(4, 2)", "return self.fc(x * self.scale)"
    )
    replay, undrawn = drawn(text, (4,))
    assert undrawn == ["scale"]
    assert torch.equal(replay.state["scale"], torch.full((4,), 7.0))


def test_tied_weights_are_drawn_once_and_stay_tied() -> None:
    """Two names, one tensor, one draw."""
    replay, undrawn = drawn(*ZOO["tied"][:2])
    assert undrawn == [] and len(list(replay.parameters())) == 1


def test_drawn_parameters_can_be_trained() -> None:
    """What was drawn is a leaf that the optimiser sees."""
    replay, _ = drawn(net(LAYERS, FORWARD), (6,))
    assert {id(item) for item in replay.parameters()} == {id(replay.state[key]) for key in replay.specs}
    assert all(isinstance(item, nn.Parameter) and item.requires_grad and item.is_leaf for item in replay.parameters())


def test_perturbed_norms_matter() -> None:
    """Scales, shifts and running statistics leave their defaults, variances stay positive, other tensors stay."""
    replay, _ = drawn(*ZOO["batch_norm"][:2])
    before = {key: value.detach().clone() for key, value in replay.state.items()}
    perturb_norms(replay, 0)
    for prefix in ("features.1", "head.2"):
        for role in ("weight", "bias", "running_mean", "running_var"):
            assert not torch.equal(before[f"{prefix}.{role}"], replay.state[f"{prefix}.{role}"])
        assert (replay.state[f"{prefix}.running_var"] > 0).all()
    assert torch.equal(before["features.0.weight"], replay.state["features.0.weight"])
    # Running statistics are moved in place later on: training after a perturbation still trains.
    replay.train()(torch.randn(4, 1, 8, 8)).sum().backward()
    assert replay.state["features.1.weight"].grad is not None


@pytest.mark.parametrize("attribute", [lambda replay: replay.state, lambda replay: dict(replay.named_parameters())])
def test_the_draw_keeps_shapes_and_types(attribute: Callable[[Replay], dict[str, Tensor]]) -> None:
    """Whatever is drawn has the shape and dtype that the network declared."""
    replay = sent_from(*ZOO["lstm"]).replay()
    before = {key: (value.shape, value.dtype) for key, value in attribute(replay).items()}
    draw_initial_state(replay, 3)
    assert {key: (value.shape, value.dtype) for key, value in attribute(replay).items()} == before
