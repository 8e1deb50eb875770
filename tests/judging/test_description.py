"""A student's graph in the words of layers, however it was written."""

from __future__ import annotations

from typing import Any

import pytest
from networks import ZOO, net, sent_from

from grader.evaluator.facts import shapes
from grader.judging.description import Step, dead_steps, describe


def steps_of(text: str, shape: tuple[int, ...], dtype: str = "float32") -> list[Step]:
    network = sent_from(text, shape, dtype)
    facts = shapes(network.replay(), {"batches": [2, 5], "shape": shape, "dtype": dtype, "seed": 0})
    rows: list[dict[str, Any]] = [
        {**row, "$batch": [batch]} for row, batch in zip(facts["shapes"], (2, 5), strict=True)
    ]
    return describe(network.graphs["eval"], network.specs, rows, shape)


def texts(steps: list[Step]) -> list[str]:
    return [f"{step.path}: {step.text}" if step.path else step.text for step in steps]


def test_layers_functions_and_modules_in_order_with_their_lines() -> None:
    """Names from module paths, arguments from operators, lines from the student's file."""
    steps = steps_of(*ZOO["cnn"][:2])
    assert texts(steps) == [
        "layer1: Conv2d(1, 4, 3, padding=1)",
        "ReLU()",
        "layer2: Conv2d(4, 6, 3, stride=2, padding=1)",
        "ReLU()",
        "layer3: Conv2d(6, 4, 3, padding=2, dilation=2)",
        "ReLU()",
        "Flatten()",
        "fc: Linear(64, 3)",
    ]
    lines = ZOO["cnn"][0].split("\n")
    for step in steps:
        assert step.location is not None and step.location.line is not None
        assert step.path in lines[step.location.line - 1]


def test_modules_in_modules_go_by_their_paths() -> None:
    """`features.0`, batch norm by the class that the child names, in-place ReLU as ReLU."""
    assert texts(steps_of(*ZOO["batch_norm"][:2])) == [
        "features.0: Conv2d(1, 4, 3)",
        "features.1: BatchNorm2d(4)",
        "features.2: ReLU()",
        "features.3: MaxPool2d(2)",
        "features.4: Dropout()",
        "head.0: Flatten()",
        "head.1: Linear(36, 6)",
        "head.2: BatchNorm1d(6)",
        "head.3: LeakyReLU()",
        "head.4: Linear(6, 3)",
    ]


def test_recurrent_layers_are_read_from_their_weights() -> None:
    """Sizes, layers, directions and batch_first; the initial state is bookkeeping."""
    assert texts(steps_of(*ZOO["lstm"][:2])) == [
        "first: LSTM(4, 6, batch_first=True)",
        "second: LSTM(6, 5, num_layers=2, batch_first=True, bidirectional=True)",
        "LastStep()",
        "fc: Linear(10, 2)",
    ]
    assert texts(steps_of(*ZOO["rnn"][:2]))[0] == "rnn: RNN(4, 6, num_layers=2, batch_first=True)"
    assert "gru: GRU(4, 6, bias=False)" in texts(steps_of(*ZOO["gru"][:2]))


@pytest.mark.parametrize(
    "way",
    ["x.view(-1, 32)", "x.view(x.size(0), -1)", "x.reshape(x.shape[0], 32)", "torch.flatten(x, 1)", "x.flatten(start_dim=1)",
     "nn.Flatten()(x)", "x.view(len(x), 32)", "x.contiguous().view(-1, 8 * 4)", "x.unsqueeze(1).reshape(-1, 32)"],
)  # fmt: skip
def test_flattening_is_flattening_however_it_is_written(way: str) -> None:
    """Shapes tell, not spelling."""
    found = texts(steps_of(net("self.fc = nn.Linear(32, 2)", f"return self.fc({way})"), (2, 4, 4)))
    assert found[-2:] == ["Flatten()", "fc: Linear(32, 2)"]


@pytest.mark.parametrize(
    "way", ["x.view(-1, 8)", "x.flatten(1)", "x.squeeze()", "x[:, :]", "x.contiguous().clone()", "x.float()"]
)
def test_what_changes_nothing_is_no_step(way: str) -> None:
    """A reshape to the same shape, a copy, a conversion to the type that it has."""
    assert texts(steps_of(net("self.fc = nn.Linear(8, 2)", f"return self.fc({way})"), (8,))) == ["fc: Linear(8, 2)"]


@pytest.mark.parametrize(
    ("way", "text"),
    [("x[:, -1]", "LastStep()"), ("x[:, -1, :]", "LastStep()"), ("x[:, 4]", "LastStep()"), ("x.select(1, -1)", "LastStep()"),
     ("x[:, 0]", "Select[:, 0]"), ("x[:, -2, :]", "Select[:, -2]"), ("x[:, :, -1]", "Select[:, :, -1]"),
     ("x.mean(1)", "mean")],
)  # fmt: skip
def test_the_last_time_step_is_told_from_others(way: str, text: str) -> None:
    """By its index, counted from either end; other picks keep theirs, to be shown."""
    found = texts(
        steps_of(net("self.rnn = nn.RNN(5, 5, batch_first=True)", f"x, _ = self.rnn(x)\nreturn {way}"), (5, 5))
    )
    assert found[1] == text


@pytest.mark.parametrize(
    "way",
    [
        "F.softmax(x, dim=1)",
        "torch.softmax(x, 1)",
        "nn.Softmax(dim=-1)(x)",
        "x.softmax(-1)",
        "F.softmax(x, dim=1, dtype=torch.float32)",
    ],
)
def test_softmax_over_the_last_dimension_is_one_step_however_it_is_counted(way: str) -> None:
    """dim=1 of two dimensions and dim=-1 are the same; over the batch is something else."""
    assert texts(steps_of(net("pass", f"return {way}"), (8,))) == ["Softmax()"]
    assert texts(steps_of(net("pass", "return torch.softmax(x, 0)"), (8,))) == ["Softmax(dim=0)"]


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize(
    ("init", "forward", "shape"),
    [
        ("self.w = nn.Parameter(torch.ones(8))", "return F.linear(x, self.w)", (8,)),
        ("pass", "return F.linear(x, torch.ones(3, 8))", (8,)),
        ("pass", "return F.linear(x, x)", (8,)),
        ("self.w = nn.Parameter(torch.ones(2, 1, 3, 3))", "return F.conv2d(x, self.w * 2, padding='same')", (1, 6, 6)),
        ("self.rnn = nn.LSTM(4, 6, proj_size=3, batch_first=True)", "return self.rnn(x)[0]", (5, 4)),
        ("self.norm = nn.BatchNorm1d(8, affine=False)", "return self.norm(x)", (8,)),
        ("self.norm = nn.LayerNorm(8, elementwise_affine=False)", "return self.norm(x)", (8,)),
        ("self.norm = nn.GroupNorm(2, 4)\nself.act = nn.PReLU()", "return self.act(self.norm(x))", (4, 6, 6)),
        (
            "self.up = nn.ConvTranspose2d(2, 3, 2)\nself.b = nn.Bilinear(5, 5, 2)",
            "y = self.up(x)\nreturn self.b(y, y)",
            (2, 4, 4),
        ),
        ("self.attention = nn.MultiheadAttention(8, 2, batch_first=True)", "return self.attention(x, x, x)[0]", (5, 8)),
        ("self.scale = nn.Parameter(torch.ones(8))", "return x * self.scale + self.scale", (8,)),
        ("self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)", "return F.avg_pool2d(self.pool(x), (2, 1))", (1, 9, 9)),
    ],
)
def test_what_has_no_word_keeps_its_operators_name(init: str, forward: str, shape: tuple[int, ...]) -> None:
    """No network that PyTorch runs is beyond description."""
    steps = steps_of(net(init, forward), shape)
    assert steps and all(step.name and step.text for step in steps)


def test_without_shapes_there_is_still_a_description() -> None:
    """Before the evaluator ran, or when it failed, operators and weights speak alone."""
    network = sent_from(*ZOO["cnn"])
    assert [step.kind for step in describe(network.graphs["eval"], network.specs)] == [
        "Conv2d", "ReLU", "Conv2d", "ReLU", "Conv2d", "ReLU", "view", "Linear",
    ]  # fmt: skip


def test_results_that_nobody_uses_are_told_apart() -> None:
    """`self.relu(x)` on a line of its own computes and changes nothing: it is a dead step, not a step."""
    text = net(
        "self.fc = nn.Linear(8, 2)\nself.relu = nn.ReLU()", "x = self.fc(x)\nself.relu(x)\nF.dropout(x, 0.2)\nreturn x"
    )
    network = sent_from(text, (8,))
    assert texts(steps_of(text, (8,))) == ["fc: Linear(8, 2)"]
    dead = dead_steps(network.graphs["eval"], network.specs)
    assert [(step.name, step.text) for step in dead] == [("relu", "ReLU()"), ("Dropout", "Dropout(p=0.2)")]
    assert [step.location.line for step in dead if step.location] == [13, 14]
