"""Mistakes that show in the text are named with their line, and correct networks are not blamed."""

from __future__ import annotations

import pytest

from grader.student.slicing import lint, untouched
from grader.student.source import read_source
from grader.verdict import Finding

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
GOOD = """class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.fc = nn.Linear(4, 2, device=None)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return nn.Softmax(dim=1)(self.fc(x))
"""
STUB = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(in_channels=..., out_channels=..., kernel_size=3)  # 여기에 코드를 작성하세요

    def forward(self, x):
        return self.conv(x)
"""


def findings(text: str, target: str = "Net") -> list[Finding]:
    found = lint(read_source((HEAD + text).encode(), "answer.py"), target)
    for each in found:
        for language in ("en", "ko"):
            assert each.message.render(language)
            assert each.hint is not None and each.hint.render(language)
    return found


def ids(text: str, target: str = "Net") -> list[str]:
    return [each.message.id.removeprefix("source.") for each in findings(text, target)]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("super(Net, self)", "super()"),
        GOOD.replace("(nn.Module)", "(torch.nn.Module)"),
        GOOD.replace("super(Net, self).__init__()", "nn.Module.__init__(self)"),
        GOOD + "model = Net().to('cuda' if torch.cuda.is_available() else 'cpu')\n",
        "class Base(nn.Module):\n    def forward(self, x): return x\n"
        "class Net(Base):\n    def __init__(self):\n        super().__init__()\n",
        "class Net(torch.utils.data.Dataset):\n    def __init__(self, x): self.x = x\n    def __len__(self): return 1\n",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        layers = [nn.Linear(1, 1)]\n"
        "        self.layers = [nn.Linear(1, 1)]\n        self.net = nn.Sequential(*self.layers)\n"
        "    def forward(self, x): return self.net(x)\n",
        "def Net(x, y=None):\n    return nn.Linear(1, 1, bias=x)\n",
    ],
)
def test_good_code_is_not_blamed(text: str) -> None:
    assert ids(text) == []


def test_super_of_another_class_names_both() -> None:
    (found,) = findings(GOOD.replace("super(Net, self)", "super(MLPClassifier, self)"))

    assert found.message.id == "source.super_other" and str(found.location) == "answer.py:6"
    assert "`MLPClassifier`" in found.message.render("en") and "`Net`" in found.message.render("ko")


def test_forward_inside_init_is_found() -> None:
    inside = GOOD.replace("    def forward", "        def forward").replace(
        "        for layer", "            for layer"
    )
    inside = inside.replace("            x = F", "                x = F").replace(
        "        return nn", "            return nn"
    )

    (found,) = findings(inside)

    assert found.message.id == "source.method_nested" and str(found.location) == "answer.py:10"
    assert found.message.args["enclosing"] == "__init__"


def test_forward_at_module_level_is_found() -> None:
    text = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n\ndef forward(self, x):\n    return x\n"

    (found,) = findings(text)

    assert found.message.id == "source.method_outside" and str(found.location) == "answer.py:8"


@pytest.mark.parametrize("wrong", ["foward", "forword", "Forward", "__forward__", "fowrard"])
def test_a_misspelt_forward_is_found(wrong: str) -> None:
    assert ids(GOOD.replace("def forward", f"def {wrong}")) == ["method_misspelt"]


@pytest.mark.parametrize("wrong", ["__int__", "_init_", "__init", "init", "__inti__"])
def test_a_misspelt_init_is_found(wrong: str) -> None:
    assert ids(GOOD.replace("def __init__", f"def {wrong}")) == ["method_misspelt"]


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ("        super(Net, self).__init__()\n", "", "no_super"),
        ("super(Net, self).__init__()", "super(Net, self).__init__", "no_super"),
        ("(nn.Module)", "", "not_a_module"),
        ("(nn.Module)", "(nn)", "not_a_module"),
        ("return nn.Softmax(dim=1)(self.fc(x))", "x = self.fc(x)", "no_return"),
        ("nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])", "[nn.Linear(4, 4) for _ in range(3)]", "layer_in_list"),
        ("nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])", "[nn.Sequential(nn.Linear(4, 4))]", "layer_in_list"),
        ("nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])", "{'a': nn.Linear(4, 4)}", "layer_in_list"),
        (
            "nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])",
            "[]\n        self.layers.append(nn.Linear(1, 1))",
            "layer_in_list",
        ),
        ("(self.fc(x))", "(nn.Linear(4, 2)(x))", "layer_in_forward"),
        ("nn.Linear(4, 2, device=None)", "nn.Linear(4, 2).cuda()", "cuda"),
        ("nn.Linear(4, 2, device=None)", "nn.Linear(4, 2).to('cuda:0')", "cuda"),
        ("device=None", "device='cuda'", "cuda"),
        ("nn.Linear(4, 2, device=None)", "nn.Linear(___, 2)", "blank_left"),
        ("nn.Linear(4, 2, device=None)", "nn.Linear(4, ...)", "blank_left"),
        ("nn.Linear(4, 2, device=None)", "nn.Linear(in_features=None, out_features=2)", "blank_left"),
    ],
)
def test_a_mistake_is_found(old: str, new: str, id: str) -> None:
    assert old in GOOD
    assert ids(GOOD.replace(old, new)) == [id]


def test_an_empty_body_is_found() -> None:
    text = GOOD[: GOOD.index("        for layer")] + '        """여기에 작성"""\n        pass\n'

    assert ids(text) == ["body_empty"]
    assert ids("def train(x):\n    ...\n", "train") == ["body_empty"]


def test_a_network_without_forward_is_found() -> None:
    assert ids("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n") == ["no_forward"]


def test_a_custom_gradient_is_a_warning() -> None:
    (found,) = findings("class Round(torch.autograd.Function):\n    pass\n" + GOOD)

    assert found.message.id == "source.custom_gradient" and found.severity == "warning"


def test_a_global_model_is_judged_by_its_class_too() -> None:
    text = GOOD.replace("super(Net, self)", "super(Other, self)") + "model = Net().cuda()\n"

    assert ids(text, "model") == ["super_other", "cuda"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STUB, True),
        (STUB.replace("  # 여기에 코드를 작성하세요", "\n"), True),
        (STUB.replace("        super()", '        """내 답"""\n        super()'), True),
        ("x = 1\n" + STUB, True),
        (STUB.replace("in_channels=...", "in_channels=1"), False),
        ("x = 1\n", False),
    ],
)
def test_the_stub_is_recognised_whatever_its_layout(text: str, expected: bool) -> None:
    stub = read_source(STUB.encode(), "stub.py")

    assert untouched(read_source(text.encode(), "answer.py"), "Net", stub) is expected


def test_a_global_is_touched_when_something_is_added_to_it() -> None:
    stub = read_source(b"linear = nn.Sequential()\n", "stub.py")
    answer = read_source(b"linear = nn.Sequential()\nlinear.add_module('fc', nn.Linear(1, 1))\n", "answer.py")

    assert untouched(stub, "linear", stub)
    assert not untouched(answer, "linear", stub)
