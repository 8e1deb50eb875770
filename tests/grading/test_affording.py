"""The very runs that will be asked for are looked at beforehand, and a submission that cannot afford them is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import gathered, judged, net

from grader.datasets.split import ArrayFile, DataSplit
from grader.errors import GraphRefused
from grader.evidence.budget import Budget
from grader.evidence.graph import Graph, Node, Ref
from grader.evidence.validation import validate
from grader.grading import affording
from grader.judging.case import Expectation
from grader.judging.checks.training import TrainingSettings
from grader.training.loop import EVALUATION_BATCH

EXPECTED = Expectation("Net", (4,), "float32", (2, 1, 5), None, True)
RUBRIC = """
exercise: small
title: {en: Small, ko: 작은 문제}
target: Net
input: [batch, 4]
network:
  fc: Linear(4, 300)
  forward: fc
checks: {shapes: 1}
"""


def trap(batch: int) -> dict[str, Graph]:
    """Graphs that are a bomb for this batch size and for multiples of it, and nothing for others."""
    x = Ref("x")
    nodes = (
        Node("n", "aten.sym_size.int", (x, 0)),
        Node("rest", "sym.mod", (Ref("n"), batch)),
        Node("less", "sym.sub", (Ref("rest"), 1)),
        Node("sign", "sym.floordiv", (Ref("less"), batch)),  # -1 for a multiple, 0 for others
        Node("size", "sym.mul", (Ref("sign"), -(2**31))),
        Node("bomb", "aten.zeros.default", ([Ref("size")],)),
    )
    graph = Graph("x", {}, nodes, Ref("bomb"))
    validate(graph, {})
    return {"eval": graph, "train": graph}


def split(train: int, test: int) -> DataSplit:
    def array(*shape: int) -> ArrayFile:
        return ArrayFile(Path("nowhere.npy"), shape, "float32")

    arrays = (array(train, 4), array(train), array(test, 4))
    return DataSplit("d", "full", "", "classification", (4,), 1.0, (), *arrays, None, "", array(test))


def settings(batch_size: int) -> TrainingSettings:
    return TrainingSettings.model_validate(
        {"points": 1, "data": "d", "accuracy": {"full": 0.5}, "recipe": {"batch_size": batch_size}}
    )


def refused_in_training(batch: int, train: int, test: int, *, trains: bool = True) -> bool:
    try:
        affording.require_training(trap(batch), {}, EXPECTED, settings(64), split(train, test), trains=trains)
    except GraphRefused:
        return True
    return False


@pytest.mark.parametrize("batch", [1, 2, 4, 5])
def test_every_probe_is_looked_at(batch: int) -> None:
    """Shapes at each batch size of the rubric, and the forward pass."""
    with pytest.raises(GraphRefused):
        affording.require_probes(trap(batch), {}, EXPECTED)


def test_other_sizes_are_no_business_of_the_probes() -> None:
    """What is never run may cost what it likes."""
    affording.require_probes(trap(7), {}, EXPECTED)


def test_every_batch_of_training_is_looked_at() -> None:
    """The full one and what is left at the end of an epoch, in training and on the held-out set."""
    assert refused_in_training(64, 1000, 7)
    assert refused_in_training(1000 % 64, 1000, 7)
    assert not refused_in_training(64, 1000, 7, trains=False)
    assert refused_in_training(500, 100, 1203, trains=False)
    assert refused_in_training(203, 100, 1203, trains=False)
    assert not refused_in_training(97, 100, 1203)


def test_every_look_at_the_held_out_set_is_looked_at() -> None:
    """A look at some of it, and one at several copies of it, have batches of their own."""
    assert refused_in_training(300, 64, 300, trains=False)
    assert refused_in_training(400, 64, 300, trains=False)  # three copies make 900


def test_the_held_out_batch_is_the_evaluators() -> None:
    """The number is said twice, because the controller imports nothing that needs torch."""
    assert affording.HELD_OUT_BATCH == EVALUATION_BATCH


def test_a_refusal_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph beyond the budget is refused like any other: the evaluator never sees it, and the line is named."""
    text = net("self.fc = nn.Linear(4, 3)", "x = self.fc(x)\nreturn x.repeat(1, 100)")
    assert gathered(text, RUBRIC, tmp_path).case.evidence.refused is None

    monkeypatch.setattr(affording, "BUDGET", Budget(memory_bytes=3_000))
    found = gathered(text, RUBRIC, tmp_path)
    refused, place = found.case.evidence.refused, found.case.evidence.refused_at
    assert refused is not None and refused.id == "graph.too_much_memory"
    assert refused.args["operator"] == "aten.repeat.default" and place is not None
    assert text.split("\n")[(place.line or 0) - 1].strip() == "return x.repeat(1, 100)"
    assert found.case.evidence.graphs is None and found.case.evidence.facts is None
    assert any(
        refused.render("en") in str(finding.message.render("en")) for finding in judged(found)["shapes"].findings
    )
