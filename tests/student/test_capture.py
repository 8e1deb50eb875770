"""A capture says what can be learned of a model; each stage may fail on its own, and what was learned before stays."""

from __future__ import annotations

from typing import Any

import pytest
from networks import IMPORTS, captured, net

from grader.student.capture import capture
from grader.student.source import Source

INIT = "self.fc1 = nn.Linear(12, 8)\nself.fc2 = nn.Linear(8, 3)"
FORWARD = "x = F.relu(self.fc1(x))\nreturn self.fc2(x)"
FIRST_LAYER, FIRST_STEP = 8, 12


def facts_of(init: str, forward: str = FORWARD, **how: Any) -> dict[str, Any]:
    return captured(net(init, forward), **how)[0]


def modules(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["path"]: item for item in facts["structure"]["modules"]}


def line(place: Any) -> int | None:
    return place[1] if place else None


def test_a_model_that_works_is_known_whole() -> None:
    """Structure, traces at two batch sizes, both graphs and the state."""
    facts, tensors = captured(net(INIT, FORWARD))
    assert facts["built"] and facts["output"] == "tensor" and facts["batches"] == [2, 1, 5]
    assert facts["graph"].keys() == {"eval", "train", "state", "fixed_batch"}
    assert (
        {spec["key"] for spec in facts["graph"]["state"]}
        == tensors.keys()
        == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}
    )
    assert not facts.keys() & {"build_error", "forward_error", "export_error", "not_a_module"}
    assert (line(facts["forward_location"]), line(facts["return_location"])) == (FIRST_STEP - 1, FIRST_STEP + 1)
    calls = [
        [(call["function"], call["path"], call["output"], line(call["location"])) for call in trace]
        for trace in facts["traces"]
    ]
    assert calls[0] == [
        ("linear", "fc1", [2, 8], FIRST_STEP),
        ("relu", "", [2, 8], FIRST_STEP),
        ("linear", "fc2", [2, 3], FIRST_STEP + 1),
    ]
    assert [call[2] for call in calls[1]] == [[1, 8], [1, 8], [1, 3]]


def test_structure_names_classes_attributes_parameters_and_lines() -> None:
    """What `named_modules` and the constructors say."""
    found = modules(facts_of(f"{INIT}\nself.fc1.bias.requires_grad = False"))
    assert list(found) == ["", "fc1", "fc2"] and found[""]["class"] == "Net"
    assert found["fc1"]["attributes"] == {"in_features": 12, "out_features": 8}
    assert found["fc1"]["parameters"] == [
        {"name": "weight", "shape": [8, 12], "trainable": True},
        {"name": "bias", "shape": [8], "trainable": False},
    ]
    assert [line(found[path]["location"]) for path in ("fc1", "fc2")] == [FIRST_LAYER, FIRST_LAYER + 1]


@pytest.mark.parametrize(
    ("container", "kind"),
    [("[nn.Linear(12, 8), nn.Linear(8, 3)]", "list"), ("(nn.Linear(12, 8), nn.Linear(8, 3))", "tuple"),
     ("{0: nn.Linear(12, 8), 1: nn.Linear(8, 3)}", "dict")],
)  # fmt: skip
def test_layers_in_plain_containers_are_hidden_and_their_numbers_constants(container: str, kind: str) -> None:
    """PyTorch neither counts nor trains them; the graph still computes."""
    facts = facts_of(f"self.layers = {container}", "return self.layers[1](F.relu(self.layers[0](x)))")
    (hidden,) = facts["structure"]["hidden"]
    assert (hidden["attribute"], hidden["container"], hidden["classes"]) == ("layers", kind, ["Linear", "Linear"])
    assert hidden["parameters"] == 12 * 8 + 8 + 8 * 3 + 3 and line(hidden["location"]) == FIRST_LAYER
    assert {spec["kind"] for spec in facts["graph"]["state"]} == {"constant"}


def test_what_pytorch_sees_is_not_hidden() -> None:
    """A ModuleList, a list beside attributes, a plain list of numbers."""
    facts = facts_of("self.layers = nn.ModuleList([nn.Linear(12, 8), nn.Linear(8, 3)])\nself.all = list(self.layers)\nself.sizes = [8, 3]",
                     "return self.layers[1](F.relu(self.all[0](x)))")  # fmt: skip
    assert facts["structure"]["hidden"] == []


def test_a_layer_made_in_forward_is_noted_with_its_line() -> None:
    """Each run makes it anew."""
    facts = facts_of("self.fc1 = nn.Linear(12, 8)", "x = self.fc1(x)\nlast = nn.Linear(8, 3)\nreturn last(x)")
    assert [(item["class"], line(item["location"])) for item in facts["made_in_forward"]] == [("Linear", FIRST_STEP)]


def test_tied_weights_are_one_tensor_with_two_names() -> None:
    """Counted once."""
    facts = facts_of(
        f"{INIT}\nself.fc3 = nn.Linear(12, 8)\nself.fc3.weight = self.fc1.weight",
        "return self.fc2(self.fc1(x) + self.fc3(x))",
    )
    aliases = {spec["key"]: spec["aliases"] for spec in facts["graph"]["state"]}
    assert aliases["fc1.weight"] == ["fc3.weight"] and "fc3.weight" not in aliases and aliases["fc3.bias"] == []


@pytest.mark.parametrize(
    ("spoiling", "names"),
    [("nn.init.constant_(self.fc2.weight, float('nan'))", ["fc2.weight"]), ("self.fc1.bias.data.fill_(float('inf'))", ["fc1.bias"]),
     ("with torch.no_grad():\n    self.fc1.weight.mul_(0).div_(0)", ["fc1.weight"])],
)  # fmt: skip
def test_nan_weights_are_named_with_the_line_that_made_them(spoiling: str, names: list[str]) -> None:
    """The first line that spoilt a tensor, not the layer's construction."""
    structure = facts_of(f"{INIT}\n{spoiling}")["structure"]
    assert structure["non_finite"] == names
    assert line(structure["non_finite_location"]) == FIRST_LAYER + 2 + spoiling.count("\n")


def test_a_forward_that_fails_says_where_in_which_module_and_on_what() -> None:
    """The student's own line, the module's path, the failing call with its shapes, and the calls before it."""
    facts = facts_of(INIT.replace("8, 3", "9, 3"))
    error = facts["forward_error"]
    assert (error["type"], error["path"], error["batch"], line(error["location"])) == (
        "RuntimeError",
        "fc2",
        2,
        FIRST_STEP + 1,
    )
    assert (
        error["call"]["function"] == "linear"
        and error["call"]["inputs"][0] == [2, 8]
        and error["call"]["output"] is None
    )
    assert [call["function"] for call in facts["traces"][0]] == ["linear", "relu", "linear"]
    assert facts["works_only_for_batch"] is None and "graph" not in facts
    assert modules(facts).keys() == {"", "fc1", "fc2"}


def test_an_error_in_plain_python_has_its_line_too() -> None:
    """No torch call failed; the line of forward is named."""
    facts = facts_of(INIT, "x = self.fc1(x)\nx = x + self.offset\nreturn x")
    assert (
        facts["forward_error"]["type"] == "AttributeError"
        and line(facts["forward_error"]["location"]) == FIRST_STEP + 1
    )
    assert facts["forward_error"]["call"] is None


@pytest.mark.parametrize(("size", "works"), [(5, 5), (64, 64), (2, 2), (7, 7)])
def test_the_batch_size_written_into_the_code_is_found(size: int, works: int) -> None:
    """Among the numbers of the student's own code."""
    assert facts_of(INIT, f"x = x.view({size}, 12)\n{FORWARD}")["works_only_for_batch"] == works


@pytest.mark.parametrize(
    ("result", "type_"),
    [
        ("pass", "NoneType"),
        ("return x, self.fc2(x)", "tuple"),
        ("return self.fc2(x).tolist()", "list"),
        ("return 1.0", "float"),
    ],
)
def test_what_is_no_tensor_is_named_by_its_type(result: str, type_: str) -> None:
    """There is nothing to export, and the line that returned it is known."""
    facts = facts_of(INIT, f"x = F.relu(self.fc1(x))\n{result}")
    assert facts["output"] == type_ and "graph" not in facts
    assert type_ == "NoneType" or line(facts["return_location"]) == FIRST_STEP + 1


@pytest.mark.parametrize(
    ("text", "type_", "part", "at"),
    [
        (net(INIT, FORWARD).replace("        super().__init__()\n", ""), "AttributeError", "before Module.__init__() call", 7),
        (net("self.size = 3", FORWARD).replace("        super().__init__()\n", ""), "AttributeError", "before Module.__init__() call", 6),
        (net(INIT, FORWARD).replace("__init__(self)", "__init__(self, width)"), "TypeError", "missing 1 required", 6),
        (net(INIT.replace("12, 8", "12, width"), FORWARD), "NameError", "width", 8),
        (net(INIT.replace("12, 8", "-12, 8"), FORWARD), "RuntimeError", "negative dimension", 8),
        (net("raise SystemExit(0)", FORWARD), "SystemExit", "0", 8),
        (net(INIT, FORWARD).replace("super().__init__()", "super(Other, self).__init__()"), "NameError", "Other", 7),
    ],
    ids=["no super", "no super and no layer", "arguments", "name", "negative", "exit", "super of another"],
)  # fmt: skip
def test_a_constructor_that_fails_says_why_and_where(text: str, type_: str, part: str, at: int) -> None:
    """A finding with the student's line, whatever was raised."""
    facts, tensors = captured(text)
    error = facts["build_error"]
    assert not facts["built"] and tensors == {}
    assert (error["type"], line(error["location"])) == (type_, at) and part in error["message"]


def test_a_function_that_builds_something_else_is_told_by_its_type() -> None:
    """The target need not be a class; what it builds must be a module."""
    made = captured(f"{IMPORTS}\ndef Net():\n    return nn.Linear(12, 3)\n")[0]
    assert made["built"] and made["graph"] and line(made["forward_location"]) is None
    assert captured(f"{IMPORTS}\ndef Net():\n    return [nn.Linear(12, 3)]\n")[0]["not_a_module"] == "list"


def test_a_module_that_was_built_already_is_taken_as_it_is() -> None:
    """A global `model`: its weights are those it was left with."""
    text = f"{IMPORTS}\nmodel = nn.Linear(12, 3)\nnn.init.constant_(model.weight, 0.25)\n"
    facts, tensors = captured(text, name="model")
    assert facts["built"] and (tensors["weight"] == 0.25).all()
    assert {spec["key"] for spec in facts["graph"]["state"]} == {"weight", "bias"}


@pytest.mark.parametrize(
    ("forward", "type_"),
    [("if x.sum() > 1000:\n    x = x * 2\nreturn self.fc1(x)", "GuardOnDataDependentSymNode"),
     ("return self.fc1(torch.from_numpy(x.numpy()))", "RuntimeError"),
     ("return torch.stack([self.fc1(row) for row in x])", "BatchSizeDecides")],
)  # fmt: skip
def test_a_model_without_a_graph_says_why(forward: str, type_: str) -> None:
    """It ran at every batch size all the same."""
    facts, tensors = captured(net(INIT, forward))
    assert facts["output"] == "tensor" and facts["batches"] == [2, 1, 5] and tensors == {}
    assert facts["export_error"]["type"] == type_ and "graph" not in facts


def test_capture_leaves_the_model_as_it_was() -> None:
    """Running statistics, weights and hooks are the student's; the model ends in evaluation mode."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(12, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    before = {key: value.clone() for key, value in model.state_dict().items()}
    request = {"arguments": {}, "shape": [12], "dtype": "float32", "batches": [2, 5], "seed": 0, "probe_seed": 0}
    capture(model, request, Source("answer.py", []))
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert not model.training and not any(
        module._forward_hooks or module._forward_pre_hooks for module in model.modules()
    )


def test_the_seed_decides_what_the_constructor_draws() -> None:
    """Two captures of one text have equal states, whatever was drawn before."""
    first = captured(net(INIT, FORWARD))[1]
    second = captured(net(f"{INIT}\n", FORWARD) + "\n")[1]
    assert all((first[key] == second[key]).all() for key in first)


@pytest.mark.parametrize(
    "text",
    [
        net(f"{INIT}\nself.__dict__['dim'] = object()", FORWARD),
        net(INIT, FORWARD).replace("    def forward", "    @property\n    def dim(self):\n        raise ValueError('no')\n\n    def forward"),
        net(INIT, FORWARD).replace("    def forward", "    def __getattr__(self, name):\n        if name == 'kernel_size':\n            raise KeyError(name)\n        return super().__getattr__(name)\n\n    def forward"),
        net(f"{INIT}\nself.bag = {{1: self.fc1}}\nself.bag['self'] = self.bag", FORWARD),
        net(f"{INIT}\nself._log = []\nself.seen = 0", f"self.seen += 1\nself._log.append(x)\n{FORWARD}"),
        net(f"{INIT}\nself.last = None", FORWARD.replace("return self.fc2(x)", "self.last = self.fc2(x)\nreturn self.last")),
        net(f"{INIT}\nself.register_buffer('mean', torch.zeros(12))\nself.register_buffer('odd', None)", f"x = x - self.mean\n{FORWARD}"),
        net(f"{INIT}\nself.register_buffer('steps', torch.tensor(0), persistent=False)", f"self.steps += 1\n{FORWARD}"),
        net(f"{INIT}\nself.fc1.register_forward_hook(lambda module, args, output: output * 1.0)", FORWARD),
        net(f"self.net = nn.utils.parametrizations.weight_norm(nn.Linear(12, 8))\n{INIT}", FORWARD.replace("self.fc1", "self.net")),
        net(f"{INIT}\nself.double()", FORWARD.replace("self.fc1(x)", "self.fc1(x.double())")),
    ],
    ids=["odd attribute", "property that raises", "getattr that raises", "container in itself", "state in lists", "keeps its output",
         "buffers", "counts its steps", "hook", "weight norm", "double"],
)  # fmt: skip
def test_unusual_models_are_captured_like_any_other(text: str) -> None:
    """What students find in the documentation must not be a fault of ours."""
    facts, _ = captured(text)
    assert facts["built"] and facts["output"] == "tensor" and ("graph" in facts or "export_error" in facts)
