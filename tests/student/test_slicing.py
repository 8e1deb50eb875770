"""A slice runs what the target needs, nothing that trains, loads data or plots, and names what is missing."""

from __future__ import annotations

import ast
import textwrap

import pytest

from grader.student.slicing import Slice, slice_source
from grader.student.source import read_source

HEAD = """
import torch
import torch.nn as nn
import torch.nn.functional as F
"""

LAB = (
    HEAD
    + """
import matplotlib.pyplot as plt
import torchvision.datasets as dsets
from torchinfo import summary
from torch.utils.data import DataLoader

device = 'cuda' if torch.cuda.is_available() else 'cpu'
torch.manual_seed(777)
if device == 'cuda':
    torch.cuda.manual_seed_all(777)

training_epochs = 15
batch_size = 100
hidden = 128

mnist_train = dsets.MNIST(root='MNIST_data/', train=True, download=True)  # 내려받기
data_loader = DataLoader(mnist_train, batch_size=batch_size, shuffle=True)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, hidden)
    def forward(self, x):
        return F.relu(self.fc(x))

model = Net().to(device)
summary(model, (1, 784))
model.train()
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(training_epochs):  # 학습
    for X, Y in data_loader:
        loss = F.cross_entropy(model(X.to(device)), Y)
        loss.backward()
        optimizer.step()
    print(epoch, loss)

with torch.no_grad():
    model.eval()
    correct = (model(mnist_train.data) == 1).sum()
print(correct)
plt.plot([1, 2])
plt.show()
"""
)


def sliced(text: str, *targets: str) -> Slice:
    return slice_source(read_source(textwrap.dedent(text).encode(), "answer.py"), targets)


def first_lines(found: Slice) -> list[str]:
    return [statement.text.split("\n")[0].split("  #")[0] for statement in found.kept]


def test_a_class_needs_its_imports_constants_and_the_seed() -> None:
    assert first_lines(sliced(LAB, "Net")) == [
        "import torch",
        "import torch.nn as nn",
        "import torch.nn.functional as F",
        "device = 'cuda' if torch.cuda.is_available() else 'cpu'",
        "torch.manual_seed(777)",
        "if device == 'cuda':",
        "hidden = 128",
        "class Net(nn.Module):",
    ]


def test_a_global_model_runs_without_data_training_or_plots() -> None:
    found = sliced(LAB, "model")

    assert first_lines(found)[-2:] == ["class Net(nn.Module):", "model = Net().to(device)"]
    assert not any(word in line for line in first_lines(found) for word in ("dsets", "for", "plt", "summary", "optim"))
    assert {statement.why for statement in found.kept} == {"defines", "changes"}
    (note,) = found.notes
    assert "model.train()" in note.message.render("ko")


def test_every_statement_is_either_kept_or_left() -> None:
    found = sliced(LAB, "model")

    assert len(found.kept) + len(found.left) == len(ast.parse(LAB).body)
    assert found.kept[0].span() == "answer.py:2"


@pytest.mark.parametrize(
    "change",
    [
        "linear.add_module('fc1', nn.Linear(28 * 28, 100))",
        "for i in range(3): linear.append(nn.Linear(100, 100))",
        "nn.init.xavier_uniform_(linear[0].weight)",
        "torch.nn.init.zeros_(linear[0].bias)",
        "linear[0].weight.data.fill_(0)",
        "linear[0].weight.data *= 0.5",
        "linear[0] = nn.Linear(3, 3)",
        "linear.extra = nn.Linear(3, 3)",
        "linear.double()",
        "linear.apply(init_weights)",
        "_ = linear.apply(init_weights)",
        "init_weights(linear)",
        "[init_weights(m) for m in linear.modules()]",
        "w = linear[0].weight.data.normal_()",
        "linear.load_state_dict(state)",
        "for m in linear.modules():\n    if isinstance(m, nn.Linear): nn.init.zeros_(m.weight)",
        "for name, p in linear.named_parameters(): p.requires_grad = False",
        "with torch.no_grad():\n    linear[0].weight.fill_(1.0)",
        "if True:\n    linear.add_module('fc9', nn.Linear(1, 1))",
        "setattr(linear, 'fc', nn.Linear(1, 1))",
    ],
)
def test_statements_that_change_the_target_are_kept(change: str) -> None:
    init = "def init_weights(m):\n    if isinstance(m, nn.Linear):\n        nn.init.normal_(m.weight)\n"

    found = sliced(
        f"{HEAD}{init}state = {{}}\nlinear = nn.Sequential(nn.Linear(1, 1))\n{change}\nprint(linear)\n", "linear"
    )

    assert [each.text for each in found.kept if each.why == "changes"][-1] == change.rstrip()
    assert found.left[-1].text == "print(linear)"


@pytest.mark.parametrize(
    "statement",
    [
        "print(linear)",
        "linear.eval()",
        "linear.train()",
        "linear.to('cuda')",
        "linear.cuda()",
        "linear(torch.rand(1, 1))",
        "linear.state_dict()",
        "torch.save(linear.state_dict(), 'model.pt')",
        "train(linear)",
        "fit_all(linear)",
        "evaluate(linear)",
        "loss(linear).backward()",
        "torch.optim.SGD(linear.parameters(), 1).step()",
        "linear.fit(1, 2)",
        "outputs.append(linear(torch.rand(1, 1)))",
        "with torch.no_grad():\n    print(linear(torch.rand(1)).sum())",
        "for X in DataLoader([1]):\n    linear.weight.data += X",
        "summary(linear)",
    ],
)
def test_statements_that_train_show_or_only_look_are_left(statement: str) -> None:
    functions = """
from torch.utils.data import DataLoader
from torchinfo import summary
outputs = []
def train(m):
    loss = m(torch.rand(1, 1)).sum()
    loss.backward()
def fit_all(m):
    for _ in range(3): train(m)
def evaluate(m):
    m.eval()
    found = []
    with torch.no_grad():
        found.append(m(torch.rand(1, 1)))
    print(found)
"""
    found = sliced(f"{HEAD}{functions}linear = nn.Sequential(nn.Linear(1, 1))\n{statement}\n", "linear")

    assert first_lines(found)[-1] == "linear = nn.Sequential(nn.Linear(1, 1))"


def test_layers_changed_after_they_went_into_the_model_are_changed_in_it() -> None:
    found = sliced(
        HEAD + "a = nn.Linear(1, 1)\nb = nn.Linear(1, 1)\nmodel = nn.Sequential(a, b)\n"
        "for each in [a, b]: nn.init.zeros_(each.weight)\nc = nn.Linear(1, 1)\nnn.init.zeros_(c.weight)\n",
        "model",
    )

    assert first_lines(found)[-1] == "for each in [a, b]: nn.init.zeros_(each.weight)"


def test_the_last_definition_wins_and_a_broken_draft_is_dropped() -> None:
    found = sliced("class Net(Undefined): pass\nclass Net(object): pass\nmodel = Net()\nclass Net(dict): pass\n", "Net")

    assert first_lines(found) == ["class Net(dict): pass"]


def test_a_draft_that_the_later_one_uses_stays() -> None:
    found = sliced("x = 1\nx = x + 1\nx += 2\n", "x")

    assert first_lines(found) == ["x = 1", "x = x + 1", "x += 2"]


def test_an_object_keeps_the_class_it_was_made_from_and_the_values_in_force_then() -> None:
    text = "n = 1\nclass Net:\n    def __init__(self): self.n = n\nmodel = Net()\nn = 2\nclass Net: pass\n"

    found = sliced(text, "model")

    assert first_lines(found) == ["n = 1", "class Net:", "model = Net()", "n = 2"]


def test_a_seed_function_of_the_file_is_a_switch() -> None:
    text = (
        HEAD
        + "import random\ndef set_seed(s):\n    random.seed(s)\n    torch.manual_seed(s)\nset_seed(42)\nm = nn.Linear(1, 1)\n"
    )

    assert "set_seed(42)" in first_lines(sliced(text, "m"))


def test_only_the_needed_names_of_an_import_are_imported() -> None:
    found = sliced("import torch.nn as nn, torchinfo\nfrom math import pi, nothing_like_it\nx = (nn, pi)\n", "x")

    assert [ast.unparse(each.node) for each in found.kept[:2]] == ["import torch.nn as nn", "from math import pi"]


def test_importing_a_submodule_does_not_replace_the_package() -> None:
    found = sliced("import os.path\nimport os\nx = os.path.sep\n", "x")

    assert first_lines(found) == ["import os.path", "import os", "x = os.path.sep"]


def test_star_imports_are_kept_for_names_that_nothing_else_binds() -> None:
    text = "from torch.nn import *\nfrom os import *\nx = 1\ny = max(x, 2)\nclass Net(Module): pass\n"

    assert first_lines(sliced(text, "y")) == ["x = 1", "y = max(x, 2)"]
    assert first_lines(sliced(text, "Net")) == ["from torch.nn import *", "from os import *", "class Net(Module): pass"]


def test_future_imports_are_always_kept() -> None:
    found = sliced("from __future__ import annotations\nx = 1\n", "x")

    assert first_lines(found) == ["from __future__ import annotations", "x = 1"]


def test_loop_variables_of_other_loops_are_not_dragged_in() -> None:
    text = "for i, x in enumerate(open('data')):\n    pass\nlayers = []\nfor i in range(3):\n    layers.append(i)\n"

    assert first_lines(sliced(text, "layers")) == ["layers = []", "for i in range(3):"]


def test_the_main_guard_counts_only_for_names_bound_nowhere_else() -> None:
    text = "def f(): return 1\nif __name__ == '__main__':\n    f = 2\n    g = f()\n"

    assert first_lines(sliced(text, "f")) == ["def f(): return 1"]
    assert "    g = f()" in "".join(each.text for each in sliced(text, "g").kept)


def test_conditional_and_tried_bindings_are_found() -> None:
    text = (
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\nif np:\n    a = 1\nelse:\n    a = 2\nx = a\n"
    )

    assert first_lines(sliced(text, "x")) == ["try:", "if np:", "x = a"]


def test_a_global_that_a_function_binds_needs_the_call() -> None:
    assert first_lines(sliced("def build():\n    global model\n    model = 1\nbuild()\n", "model")) == [
        "def build():",
        "build()",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\nx = lambda b=a: b\n",
        "a = 1\ndef x(b: a = None): return b\n",
        "a = 1\n@a\ndef x(): pass\n",
        "a = 1\nclass x(metaclass=a): pass\n",
        "a = 1\nclass x:\n    b = 1\n    def f(self): return [b for b in a]\n",
        "a = 1\nx = [b for b in range(3) if b in a]\n",
        "a = 1\nx = (y := a)\n",
        "(a := 1)\nx = a\n",
        "with open('f') as a: pass\nx = a\n",
        "a: int = 1\nx = a\n",
        "a, *rest = 1, 2\nx = a\n",
        "import a.b as a\nx = a\n",
        "match 1:\n    case a: pass\nx = a\n",
        "a = 1\nx = f'{a}'\n",
        "a = 1\ndef x():\n    def inner():\n        return a\n    return inner\n",
        "a = 1\ndel b\nx = a\ndel x\n",
    ],
)
def test_a_name_is_found_wherever_python_would_look_for_it(text: str) -> None:
    found = sliced(text, "x")

    assert len(found.kept) == 2 and found.kept[0].node.lineno == 1


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\ndef x(a): return a\n",
        "a = 1\ndef x():\n    a = 2\n    return a\n",
        "a = 1\nx = [a for a in range(3)]\n",
        "a = 1\nclass x:\n    a = 2\n    b = a\n",
        "a = 1\nx = lambda a: a\n",
        "a = 1\ndef x():\n    for a in range(3): print(a)\n",
    ],
)
def test_a_name_of_an_inner_scope_needs_no_global(text: str) -> None:
    assert len(sliced(text, "x").kept) == 1


def test_a_missing_name_gets_suggestions() -> None:
    found = sliced("class cnn_Classifier: pass\nclass Other: pass\n", "CNN_classifier")

    assert found.missing == ["CNN_classifier"]
    assert found.suggestions == {"CNN_classifier": ["cnn_Classifier"]}


def test_the_only_network_is_suggested_whatever_its_name() -> None:
    assert sliced(HEAD + "class Net(nn.Module): pass\n", "CNN_classifier").suggestions == {"CNN_classifier": ["Net"]}


def test_a_definition_inside_another_is_located() -> None:
    found = sliced("def main():\n    if True:\n        class Net: pass\n", "Net")

    assert found.missing == ["Net"] and found.nested == {"Net": (3, None, "main")}


def test_a_name_that_only_training_binds_is_refused() -> None:
    found = sliced(HEAD + "def train(m):\n    m.backward()\n    return m\nmodel = train(nn.Linear(1, 1))\n", "model")

    assert list(found.refused) == ["model"] and found.missing == []
    assert [note.message.id for note in found.notes] == ["source.only_trained"]
    assert not found.kept


def test_training_that_rebinds_the_model_leaves_the_untrained_one() -> None:
    text = HEAD + "def train(m):\n    m.backward()\n    return m\nmodel = nn.Linear(1, 1)\nmodel = train(model)\n"

    assert first_lines(sliced(text, "model"))[-1] == "model = nn.Linear(1, 1)"


def test_a_scaler_is_fitted_though_networks_are_not() -> None:
    text = "from sklearn.preprocessing import MinMaxScaler\ns = MinMaxScaler()\nscaled = s.fit_transform([[1]])\nscaler = s\nscaler.fit([[2]])\n"

    assert first_lines(sliced(text, "scaler"))[-1] == "scaler.fit([[2]])"


def test_a_long_chain_of_statements_needs_no_recursion() -> None:
    found = sliced("x = 0\n" + "x = x + 1\n" * 3_000, "x")

    assert len(found.kept) == 3_001
