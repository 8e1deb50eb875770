"""What each check says about real answers, and how many of its points are left. Both children run as threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from networks import gathered, judged, net

from grader.judging.checks.kind import Judgement
from grader.verdict import Finding, Outcome

RUBRIC = """
exercise: small
title: {ko: "작은 망", en: "A small network"}
target: Net
input: [batch, 12]
network:
  fc1: Linear(12, 8)
  fc2: Linear(8, 6)
  fc3: Linear(6, 3)
  forward: fc1 > relu > fc2 > relu > fc3
checks: {source: 1, layers: 1, parameters: 1, shapes: 1, forward: 1, gradients: 1}
"""
INIT = "self.fc1 = nn.Linear(12, 8)\nself.fc2 = nn.Linear(8, 6)\nself.fc3 = nn.Linear(6, 3)"
FORWARD = "x = F.relu(self.fc1(x))\nx = F.relu(self.fc2(x))\nx = self.fc3(x)\nreturn x"
FIRST_LAYER, FIRST_STEP = 8, 13  # lines of `self.fc1 = …` and of forward's first statement, with three layers
FREE = RUBRIC.replace("input:", "names: free\ninput:")


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What the checks say about an answer under a rubric."""
    return lambda text, rubric=RUBRIC: judged(gathered(text, rubric, tmp_path))


def ids(judgement: Judgement) -> list[str]:
    return [finding.message.id.removeprefix("judging.") for finding in judgement.findings]


def the(judgement: Judgement, id: str) -> Finding:
    found = next(finding for finding in judgement.findings if finding.message.id == f"judging.{id}")
    for message in filter(None, (found.message, found.hint)):
        assert message.render("en") and message.render("ko")
    return found


def line(finding: Finding) -> int | None:
    return finding.location.line if finding.location else None


def shares(judgements: dict[str, Judgement]) -> dict[str, float]:
    return {name: round(judgement.share, 3) for name, judgement in judgements.items()}


ALL = dict.fromkeys(("source", "layers", "parameters", "shapes", "forward", "gradients"), 1.0)


def test_the_right_answer_earns_everything_and_hears_nothing(said: Any) -> None:
    """All shares whole, no finding, nothing rests on a claim but that the source loads."""
    found = said(net(INIT, FORWARD))
    assert shares(found) == ALL
    assert all(not judgement.findings for judgement in found.values())
    assert [name for name, judgement in found.items() if judgement.claimed] == ["source"]


@pytest.mark.parametrize(
    "text",
    [
        net("self.all = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))", "return self.all(x)"),
        net("self.c = nn.Linear(6, 3)\nself.b = nn.Linear(8, 6)\nself.a = nn.Linear(12, 8)",
            "return self.c(F.relu(self.b(F.relu(self.a(x)))))"),
        net("self.layers = nn.ModuleList([nn.Linear(12, 8), nn.Linear(8, 6), nn.Linear(6, 3)])",
            "for fc in self.layers[:-1]:\n    x = fc(x).clamp(min=0)\nreturn self.layers[-1](x)"),
    ],
    ids=["sequential", "other names and order", "module list"],
)  # fmt: skip
def test_with_free_names_layers_are_matched_in_order_of_use(said: Any, text: str) -> None:
    """Neither attribute names nor the order of construction matter where the exercise does not fix them."""
    assert shares(said(text, FREE)) == ALL


def test_with_fixed_names_a_misnamed_layer_is_named(said: Any) -> None:
    """The message says under which name the layer was found; without it there is nothing to transplant into."""
    found = said(net(INIT.replace("fc2", "second"), FORWARD.replace("fc2", "second")))
    misnamed = the(found["layers"], "misnamed")
    assert misnamed.message.args["found"] == "second" and misnamed.message.args["name"] == "fc2"
    assert line(misnamed) == FIRST_LAYER + 1
    assert found["layers"].share == pytest.approx(2 / 4)  # two of three, and one that nobody asked for
    assert found["forward"].result is Outcome.SKIPPED and found["forward"].findings[0].message.args["names"] == ["fc2"]
    assert found["parameters"].share == 1  # the total is right


def test_each_wrong_layer_costs_its_share(said: Any) -> None:
    """One of three layers wrong leaves two thirds, and the argument is named with both values."""
    found = said(net(INIT.replace("8, 6", "8, 7").replace("6, 3", "7, 3"), FORWARD))
    assert found["layers"].share == pytest.approx(1 / 3)
    assert [line(finding) for finding in found["layers"].findings] == [FIRST_LAYER + 1, FIRST_LAYER + 2]
    assert "out_features is 7, should be 6" in the(found["layers"], "differs").message.render("en")
    assert found["parameters"].share == pytest.approx(0.5 * 1 / 3)
    assert ids(found["parameters"]) == ["parameter_total", "parameter_layer", "parameter_layer"]
    assert found["parameters"].details["total"] == 12 * 8 + 8 + 8 * 7 + 7 + 7 * 3 + 3
    # Shapes: fc1, fc3 and the output are right, fc2 is not.
    assert found["shapes"].share == pytest.approx(3 / 4)
    assert "(N, 7)" in the(found["shapes"], "shape_differs").message.render("en")
    assert found["forward"].result is Outcome.SKIPPED and found["gradients"].share == 1


def test_swapped_arguments_are_told_from_wrong_ones(said: Any) -> None:
    """in and out exchanged: the hint says so."""
    found = said(net(INIT.replace("12, 8", "8, 12"), FORWARD))
    assert the(found["layers"], "differs").hint.id == "judging.swapped_hint"  # type: ignore[union-attr]
    assert found["shapes"].share == 0 and found["shapes"].result is Outcome.FAILED


def test_a_missing_activation_is_named_at_the_step_before_it(said: Any) -> None:
    """Half a share for each step that is right: two layers of three and one activation of two, out of five."""
    found = said(net(INIT, FORWARD.replace("F.relu(self.fc1(x))", "self.fc1(x)")))
    missing = the(found["forward"], "missing_step")
    assert missing.message.args["expected"] == "ReLU()" and missing.message.args["after"] == "fc1"
    assert line(missing) == FIRST_STEP and missing.hint is not None
    assert found["forward"].share == pytest.approx(0.5 * 4 / 5)
    assert shares(found) == ALL | {"forward": 0.4}


@pytest.mark.parametrize(
    ("forward", "id", "at"),
    [
        (FORWARD.replace("return x", "return F.softmax(x, dim=1)"), "softmax_at_end", 3),
        (FORWARD.replace("return x", "return F.relu(x)"), "activation_at_end", 3),
        (FORWARD.replace("F.relu(self.fc2(x))", "torch.sigmoid(self.fc2(x))"), "another_step", 1),
        (FORWARD.replace("x = self.fc3(x)", "x = self.fc3(x) * 2"), "extra_step", 2),
        (FORWARD.replace("x = F.relu(self.fc2(x))", "x = self.fc2(x)\nF.relu(x)"), "ignored_result", 2),
    ],
)
def test_what_is_computed_otherwise_is_named_at_its_line(said: Any, forward: str, id: str, at: int) -> None:
    """The layers are right and the outputs are not: forward says why and where."""
    found = said(net(INIT, forward))
    assert line(the(found["forward"], id)) == FIRST_STEP + at
    assert found["layers"].share == 1 and found["forward"].share <= 0.5


def test_what_changes_nothing_is_noted_and_costs_nothing(said: Any) -> None:
    """ReLU after ReLU is redundant, and right."""
    found = said(net(INIT, FORWARD.replace("F.relu(self.fc1(x))", "F.relu(F.relu(self.fc1(x)))")))
    assert shares(found) == ALL and ids(found["forward"]) == ["redundant"]
    assert found["forward"].findings[0].severity == "note"


def test_a_layer_that_is_never_used_is_named(said: Any) -> None:
    """It is known from the structure alone; the layers that are used keep their shares."""
    found = said(net(f"{INIT}\nself.more = nn.Linear(3, 3)", FORWARD))
    extra = the(found["layers"], "extra_layer")
    assert extra.message.args["name"] == "more" and line(extra) == FIRST_LAYER + 3
    assert found["layers"].share == pytest.approx(3 / 4)
    found = said(
        net(INIT.replace("8, 6", "8, 8"), FORWARD.replace("x = F.relu(self.fc2(x))\n", "")).replace("6, 3", "8, 3")
    )
    assert line(the(found["layers"], "unused")) == FIRST_LAYER + 1


def test_layers_that_pytorch_does_not_see_are_named(said: Any) -> None:
    """A plain list's layers are neither counted nor trained: the container and its line are named."""
    found = said(net("self.fcs = [nn.Linear(12, 8), nn.Linear(8, 6)]\nself.fc3 = nn.Linear(6, 3)",
                     "for fc in self.fcs:\n    x = F.relu(fc(x))\nreturn self.fc3(x)"))  # fmt: skip
    plain = the(found["layers"], "plain_container")
    assert (plain.message.args["name"], plain.message.args["count"], line(plain)) == ("fcs", 2, FIRST_LAYER)
    assert "constants" in ids(found["parameters"]) and found["parameters"].share == pytest.approx(0.5 / 3)


def test_a_list_beside_the_attributes_hides_nothing(said: Any) -> None:
    """Layers that PyTorch knows by their attributes may sit in a list too."""
    text = net(
        f"{INIT}\nself.all = [self.fc1, self.fc2, self.fc3]",
        "for fc in self.all[:2]:\n    x = F.relu(fc(x))\nreturn self.all[2](x)",
    )
    found = said(text)
    assert shares(found) == ALL and not found["layers"].findings


def test_a_layer_made_in_forward_is_named(said: Any) -> None:
    """With the line that makes it."""
    found = said(net(INIT.replace("\nself.fc3 = nn.Linear(6, 3)", ""), FORWARD.replace("self.fc3", "nn.Linear(6, 3)")))
    made = the(found["layers"], "made_in_forward")
    assert made.message.args["kind"] == "Linear" and line(made) == FIRST_STEP - 1 + 2
    assert "no_layer" in ids(found["layers"])


def test_gradients_name_what_the_loss_does_not_reach(said: Any) -> None:
    """One share for each parameter; where the computation is cut is named too."""
    found = said(net(INIT, FORWARD.replace("F.relu(self.fc2(x))", "F.relu(self.fc2(x.detach()))")))
    assert found["gradients"].share == pytest.approx(4 / 6)
    assert line(the(found["gradients"], "detached")) == FIRST_STEP + 1
    unreached = the(found["gradients"], "no_gradient")
    assert unreached.message.args["name"] == "fc1" and line(unreached) == FIRST_LAYER
    assert found["forward"].share == 1


def test_a_parameter_of_the_networks_own_goes_by_its_name(said: Any) -> None:
    """Nothing is called "" in a report: neither a layer nobody asked for, nor a parameter without a gradient."""
    found = said(net(f"{INIT}\nself.scale = nn.Parameter(torch.full((3,), 2.0))\nself.idle = nn.Parameter(torch.ones(2))",
                     FORWARD.replace("return x", "return x * self.scale")))  # fmt: skip
    names = [finding.message.args.get("name") for judgement in found.values() for finding in judgement.findings]
    assert "" not in names
    assert found["forward"].share == pytest.approx(0.5) and "extra_step" in ids(found["forward"])


def test_a_network_without_parameters_is_judged(said: Any) -> None:
    """Nothing to train, nothing to reach: failed checks with reasons, no internal error."""
    found = said(net("self.pool = nn.AvgPool1d(4)", "return self.pool(x)"))
    assert found["layers"].share == 0 and ids(found["layers"]).count("no_layer") == 3
    assert found["parameters"].share == 0 and ids(found["gradients"]) == ["no_parameters"]
    assert found["forward"].result is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("forward", "shape"),
    [("return x", "(N, 12)"), ("return torch.zeros(7, 3)", "(7, 3)"), ("return self.fc3.bias", "(3,)"),
     ("return x.size(0) * torch.ones(3, x.size(0))", "(3, N)"), (FORWARD.replace("return x", "return x.sum()"), "()"),
     (FORWARD.replace("return x", "return x[0]"), "(3,)"), (FORWARD.replace("return x", "return x.view(-1)"), "(3·N,)")],
)  # fmt: skip
def test_a_wrong_output_has_its_shape_told(said: Any, forward: str, shape: str) -> None:
    """Also where the input is ignored, or is the output."""
    found = said(net(INIT, forward))
    wrong = the(found["shapes"], "output_shape")
    assert (wrong.message.args["found"], wrong.message.args["expected"]) == (shape, "(N, 3)")
    assert line(wrong) is not None
    assert found["shapes"].share <= 0.5 and found["forward"].result is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("result", "id", "found_"),
    [("y = x", "returns_none", None), ("return x, x", "returns_other", "tuple"), ("return [x]", "returns_other", "list"),
     ("return x.detach().numpy()", "returns_other", "ndarray"), ("return 3", "returns_other", "int"),
     ("return {'logits': x}", "returns_other", "dict")],
)  # fmt: skip
def test_what_is_no_tensor_is_told_by_its_type(said: Any, result: str, id: str, found_: str | None) -> None:
    """The layers keep their points; shapes say what came instead, at the line that returned it."""
    found = said(net(INIT, FORWARD.replace("return x", result)))
    wrong = the(found["shapes"], id)
    assert found_ is None or wrong.message.args["found"] == found_
    assert line(wrong) == (FIRST_STEP - 1 if found_ is None else FIRST_STEP + 3)
    assert found["layers"].share == found["parameters"].share == 1 and found["shapes"].share == 0


def test_a_failing_forward_keeps_layers_and_parameters_and_shows_the_way_there(said: Any) -> None:
    """The call that failed, its line and PyTorch's words; the shapes up to it."""
    found = said(net(INIT.replace("8, 6", "9, 6"), FORWARD))
    failed = the(found["shapes"], "forward_failed")
    assert line(failed) == FIRST_STEP + 1 and "mat1 and mat2" in failed.message.args["text"] and failed.hint is not None
    assert [row.found for row in found["shapes"].shapes][:3] == ["(N, 8)", "(N, 8)", None]
    assert found["layers"].share == pytest.approx(2 / 3)
    assert found["forward"].result is found["gradients"].result is Outcome.SKIPPED


@pytest.mark.parametrize("size", [2, 5, 64])
def test_a_hard_coded_batch_is_named_with_its_size(said: Any, size: int) -> None:
    """The only batch size that works, at the line that fixes it."""
    found = said(net(INIT, f"x = x.view({size}, 12)\n{FORWARD}"))
    fixed = the(found["shapes"], "fixed_batch")
    assert fixed.message.args["batch"] == size and line(fixed) == FIRST_STEP


@pytest.mark.parametrize(
    "forward",
    ["if x.sum() > 1000:\n    x = x * 0\n" + FORWARD, "return torch.stack([self.fc3(F.relu(self.fc2(F.relu(self.fc1(row))))) for row in x])",
     "n = int(x.size(0))\n" + FORWARD.replace("return x", "return x.view(n, 3)"),
     "x = torch.tensor(x.tolist()) * 1.0\n" + FORWARD, "x = x[:, [*range(12)]]\n" + FORWARD],
    ids=["branch on values", "loop over the batch", "int of a size", "through a list", "operator off the list"],
)  # fmt: skip
def test_a_network_without_a_graph_is_judged_by_its_behaviour(said: Any, forward: str) -> None:
    """Right is right: full marks on claims, and the weaker path is named."""
    found = said(net(INIT, forward))
    assert shares(found) == ALL
    assert all(judgement.claimed for name, judgement in found.items() if name != "source")
    assert ids(found["shapes"]) == ["no_graph"] and found["shapes"].findings[0].severity == "warning"


def test_the_weaker_path_still_sees_wrong_outputs_and_wrong_names(said: Any) -> None:
    """On the reference's weights outputs differ: no points for forward. Names that do not match: skipped."""
    branch = "if x.sum() > 1000:\n    x = x * 0\n"
    found = said(net(INIT, branch + FORWARD.replace("F.relu(self.fc1(x))", "self.fc1(x)")))
    assert found["forward"].share == 0 and ids(found["forward"]) == ["outputs_differ"]
    found = said(net(INIT.replace("fc2", "b"), branch + FORWARD.replace("fc2", "b")))
    assert found["forward"].result is Outcome.SKIPPED


def test_networks_on_whole_numbers_are_judged(said: Any) -> None:
    """An embedding is tried with indices that it has, in every stage."""
    rubric = RUBRIC[: RUBRIC.index("input:")] + (
        "input: [batch, 7]\ndtype: int64\nnetwork:\n  words: Embedding(2, 4)\n  rnn: GRU(4, 5, batch_first=True)\n  fc: Linear(5, 2)\n"
        "  forward: words > rnn > last_step > fc\n" + RUBRIC[RUBRIC.index("checks:") :]
    )
    text = net("self.words = nn.Embedding(2, 4)\nself.rnn = nn.GRU(4, 5, batch_first=True)\nself.fc = nn.Linear(5, 2)",
               "x, _ = self.rnn(self.words(x))\nreturn self.fc(x[:, -1])")  # fmt: skip
    assert shares(said(text, rubric)) == ALL
    assert said(text.replace("[:, -1]", "[:, 0]"), rubric)["forward"].share == pytest.approx(0.5 * 3 / 4)


def test_paths_with_dots_can_be_described(said: Any) -> None:
    """A rubric may name `block.0`, as a student's Sequential is called."""
    rubric = RUBRIC.replace("fc1", "block.0").replace("fc2", "block.2").replace("fc3", "head")
    text = net("self.block = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU())\nself.head = nn.Linear(6, 3)",
               "return self.head(self.block(x))")  # fmt: skip
    assert shares(said(text, rubric)) == ALL


def test_nan_weights_are_named_with_the_line_that_made_them(said: Any) -> None:
    """Before any training."""
    found = said(net(f"{INIT}\nnn.init.constant_(self.fc2.weight, float('nan'))", FORWARD))
    spoilt = the(found["parameters"], "non_finite")
    assert spoilt.message.args["name"] == ["fc2.weight"] and line(spoilt) == FIRST_LAYER + 3
    assert found["parameters"].share == pytest.approx(0.5)


def test_one_batch_size_is_enough_for_a_rubric(said: Any) -> None:
    """Also when it is one: no network is accused of a hard-coded batch."""
    for batches in ("[1]", "[4]", "[1, 1]"):
        assert shares(said(net(INIT, FORWARD), RUBRIC.replace("network:", f"batches: {batches}\nnetwork:"))) == ALL
