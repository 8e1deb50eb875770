"""Equal networks have equal fingerprints, whatever they are called; anything that decides a result changes it."""

from __future__ import annotations

import pytest
from networks import IMPORTS, net, sent_from

from grader.evidence.fingerprint import fingerprint

INIT = "self.conv = nn.Conv2d(1, 3, 3)\nself.norm = nn.BatchNorm2d(3)\nself.fc = nn.Linear(48, 2)"
FORWARD = "x = F.relu(self.norm(self.conv(x)))\nreturn self.fc(x.flatten(1))"
BASE = net(INIT, FORWARD)


def of(text: str, *context: object) -> str:
    network = sent_from(text, (1, 6, 6))
    return fingerprint(network.graphs, network.specs, *context)


@pytest.mark.parametrize(
    "text",
    [
        net(INIT.replace("self.", "self.my_"), FORWARD.replace("self.", "self.my_")),
        net("\n".join(reversed(INIT.split("\n"))), FORWARD),
        net(INIT, "y = self.conv(x)\ny = self.norm(y)\n\nz = F.relu(y)\nz = torch.flatten(z, 1)\nreturn self.fc(z)"),
        net(f"{INIT}\nself.never = nn.Linear(9, 9)", FORWARD),
        net(INIT, f"unused = self.conv(x) * 2\n{FORWARD}"),
        net(f"self.all = nn.Sequential({', '.join(line.split(' = ')[1] for line in INIT.split(chr(10))[:2])}, nn.ReLU(), nn.Flatten())"
            "\nself.fc = nn.Linear(48, 2)", "return self.fc(self.all(x))"),
    ],
    ids=["renamed", "other order in __init__", "other variables", "unused layer", "unused result", "sequential"],
)  # fmt: skip
def test_the_same_computation_has_the_same_fingerprint(text: str) -> None:
    """Names, construction order, spelling and what is never used decide nothing."""
    assert of(text) == of(BASE)


@pytest.mark.parametrize(
    "text",
    [
        net(
            INIT.replace("nn.Conv2d(1, 3, 3)", "nn.Conv2d(1, 3, 3, stride=1, padding=1)").replace("48", "108"), FORWARD
        ),
        net(INIT, FORWARD.replace("F.relu", "")),
        net(INIT, FORWARD.replace("F.relu", "torch.sigmoid")),
        net(
            INIT.replace("Conv2d(1, 3,", "Conv2d(1, 4,")
            .replace("BatchNorm2d(3)", "BatchNorm2d(4)")
            .replace("48", "64"),
            FORWARD,
        ),
        net(INIT.replace("48, 2", "48, 3"), FORWARD),
        net(INIT.replace("BatchNorm2d(3)", "BatchNorm2d(3, momentum=0.2)"), FORWARD),
        net(f"{INIT}\nself.fc.bias.requires_grad = False", FORWARD),
    ],
    ids=["padding", "no relu", "sigmoid", "other width", "other classes", "momentum", "frozen"],
)
def test_another_computation_has_another_fingerprint(text: str) -> None:
    """A stride, an activation, a width, a momentum, a frozen bias: each decides the result of training."""
    assert of(text) != of(BASE)


def test_a_stride_alone_changes_it() -> None:
    """Argument values count where every shape stays the same."""
    pooled = "return F.max_pool2d(x, 2, 1).flatten(1) @ self.w"
    init = "self.w = nn.Parameter(torch.ones({}, 2))"
    texts = [
        net(init.format(25), pooled),
        net(init.format(25), pooled.replace("max_pool2d(x, 2, 1)", "max_pool2d(x, 4, 1, 1)")),
    ]
    assert of(texts[0]) != of(texts[1])


def test_whatever_else_decides_a_result_is_context() -> None:
    """Recipe, data, versions, device and threads change it; their order does not hide in a set."""
    assert len({of(BASE), of(BASE, {"lr": 1e-3}), of(BASE, {"lr": 2e-3}), of(BASE, "cpu", 2), of(BASE, 2, "cpu")}) == 5


def test_the_weights_do_not_change_it() -> None:
    """The evaluator draws the initial state itself, so what a student's seed drew is no part of the name."""
    seeded = BASE.replace(f"{IMPORTS}\n", f"{IMPORTS}\ntorch.manual_seed(7)\n")
    assert seeded != BASE and of(seeded) == of(BASE)
