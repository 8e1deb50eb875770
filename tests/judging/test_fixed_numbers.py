"""Numbers that work as weights are named with their sizes; numbers that only shift or scale cost nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from networks import gathered, judged, net

from grader.judging.checks.kind import Judgement

RUBRIC = """
exercise: small
title: {ko: "작은 망", en: "A small network"}
target: Net
input: [batch, 20]
network:
  fc1: Linear(20, 10)
  fc2: Linear(10, 4)
  forward: fc1 > relu > fc2
checks: {parameters: 1}
"""
INIT = "self.fc1 = nn.Linear(20, 10)\nself.fc2 = nn.Linear(10, 4)"
FORWARD = "return self.fc2(F.relu(self.fc1(x)))"


@pytest.fixture
def parameters(tmp_path: Path) -> Any:
    """What `parameters` says about a network that has `init` beside the right layers, and this forward."""

    def judge(init: str, forward: str) -> Judgement:
        return judged(gathered(net(f"{INIT}\n{init}", forward), RUBRIC, tmp_path))["parameters"]

    return judge


def told(judgement: Judgement) -> dict[str, dict[str, Any]]:
    for finding in judgement.findings:
        assert finding.message.render("ko") and finding.hint is not None and finding.location is not None
    return {finding.message.id.removeprefix("judging."): dict(finding.message.args) for finding in judgement.findings}


BESIDE = "return self.fc2(F.relu(self.fc1(x))) + {}"


@pytest.mark.parametrize(
    ("init", "extra", "name"),
    [
        ("self.w = torch.randn(20, 4)", "x @ self.w", "w (20, 4)"),
        ("self.register_buffer('w', torch.randn(4, 20))", "F.linear(x, self.w)", "w (4, 20)"),
        ("self.w = [torch.randn(20, 4)]", "x @ self.w[0]", "(20, 4)"),
        ("self.w = torch.randn(80)", "x @ (self.w.view(20, 4) * 2 + 1)", "w (80,)"),
        ("pass", "x @ torch.tensor([[0.5, 0.25, 0.125, 0.75]] * 20)", "(20, 4)"),
        ("self.w = torch.randn(4, 20)", "(x.unsqueeze(1) * self.w).sum(2)", "w (4, 20)"),
        ("self.w = torch.randn(4, 20)", "(x.unsqueeze(1) - self.w).abs().sum(2)", "w (4, 20)"),
        ("self.w = torch.randn(30, 4)", "F.embedding((x[:, 0] * 3).long().clamp(0, 29), self.w)", "w (30, 4)"),
        ("self.w = torch.randn(4, 4, 5, 1)", "F.conv2d(x.view(-1, 4, 5, 1), self.w).flatten(1)", "w (4, 4, 5, 1)"),
    ],
)  # fmt: skip
def test_a_tensor_that_works_as_a_layer_is_named_and_costs(parameters: Any, init: str, extra: str, name: str) -> None:
    """Half the points are gone though the layers count right: whatever it is kept in, however it is multiplied."""
    found = parameters(init, BESIDE.format(extra))
    assert list(told(found)) == ["constants"] and found.share == 0.5
    assert any(name in text for text in told(found)["constants"]["names"])
    assert sum(found.details["fixed"].values()) >= 80


@pytest.mark.parametrize(
    ("init", "forward"),
    [
        ("self.mean = torch.zeros(20)\nself.std = torch.ones(20)", FORWARD.replace("(x)", "((x - self.mean) / self.std)")),
        ("self.register_buffer('p', torch.zeros(1, 500, 20))", FORWARD.replace("(x)", "(x + self.p[:, 3])")),
        ("self.register_buffer('mask', torch.ones(20, 20))", FORWARD.replace("(x)", "(x * self.mask[0])")),
        ("self.sobel = torch.randn(2, 1, 3, 3)", BESIDE.format("F.conv2d(x.view(-1, 1, 4, 5), self.sobel).flatten(1)[:, :4]")),
        ("pass", FORWARD.replace("(x)", "((x / 255.0 - 0.1307) / 0.3081)")),
        ("self.norm = nn.BatchNorm1d(20, affine=False)", FORWARD.replace("(x)", "(self.norm(x))")),
        ("self.unused = torch.randn(500, 500)", FORWARD),
        ("pass", BESIDE.format("torch.zeros(x.size(0), 4)")),
    ],
    ids=["mean and deviation", "positions", "mask", "small filter", "literals", "running statistics", "unused", "zeros"],
)  # fmt: skip
def test_what_shifts_scales_or_is_small_costs_nothing(parameters: Any, init: str, forward: str) -> None:
    """The parameters are as many as asked for, and nothing is said."""
    found = parameters(init, forward)
    assert found.share == 1 and not found.findings


def test_where_parameters_are_missing_even_a_small_tensor_is_named(tmp_path: Path) -> None:
    """fc2 in a plain tensor: 40 numbers, below the limit for a filter, and exactly what is missing."""
    text = net("self.fc1 = nn.Linear(20, 10)\nself.w = torch.randn(10, 4)", "return F.relu(self.fc1(x)) @ self.w")
    found = judged(gathered(text, RUBRIC, tmp_path))["parameters"]
    assert [finding.message.id for finding in found.findings] == ["judging.parameter_total", "judging.constants"]
    assert found.findings[1].message.args["names"] == ["w (10, 4)"]


def test_numbers_written_out_one_by_one_are_counted(tmp_path: Path) -> None:
    """The same as a plain list of numbers: no tensor is there to be named."""
    forward = (
        "x = F.relu(self.fc1(x))\nrows = [[(7 * i + 3 * j) % 41 / 41 + 0.01 for i in range(10)] for j in range(4)]\n"
        "return torch.stack([sum(w * x[:, i] for i, w in enumerate(row)) for row in rows], dim=1)"
    )
    found = judged(gathered(net("self.fc1 = nn.Linear(20, 10)", forward), RUBRIC, tmp_path))["parameters"]
    assert "literals" in [finding.message.id.removeprefix("judging.") for finding in found.findings]


def test_frozen_parameters_are_named(tmp_path: Path) -> None:
    """They are parameters and not trained: neither counted nor forgotten."""
    text = net(f"{INIT}\nself.fc1.weight.requires_grad_(False)", FORWARD)
    found = judged(gathered(text, RUBRIC, tmp_path))["parameters"]
    frozen = next(finding for finding in found.findings if finding.message.id == "judging.frozen")
    assert frozen.message.args["names"] == ["fc1.weight (10, 20)"] and frozen.message.render("ko")
