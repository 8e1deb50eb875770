"""Whatever a student child says, every check gives a judgement that can be shown: no claim is an internal error."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from damage import damaged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import captured, gathered, net

from grader.errors import ProtocolError
from grader.evidence.claims import LoadClaim, read_claim
from grader.evidence.frames import Frame
from grader.grading import stages
from grader.grading.gather import Gathering
from grader.grading.probes import Probes
from grader.judging.case import Case, Evidence, ForwardFacts, GraphFacts
from grader.judging.checks import CHECKS
from grader.sandbox import Limits
from grader.verdict import Verdict

CNN_RUBRIC = """
exercise: small
title: {ko: "작은 망", en: "A small network"}
target: Net
input: [batch, 1, 6, 6]
network:
  conv: Conv2d(1, 2, 3, padding=1)
  norm: BatchNorm2d(2)
  fc: Linear(72, 3)
  forward: conv > norm > relu > flatten > fc
checks: {source: 1, layers: 1, parameters: 1, shapes: 1, forward: 1, gradients: 1}
"""
INIT = "self.conv = nn.Conv2d(1, 2, 3, padding=1)\nself.norm = nn.BatchNorm2d(2)\nself.fc = nn.Linear(72, 3)"
FORWARD = "x = F.relu(self.norm(self.conv(x)))\nreturn self.fc(x.flatten(1))"
ANSWERS = {
    "right": net(INIT, FORWARD),
    "wrong size": net(INIT.replace("72", "36"), FORWARD),
    "branch": net(INIT, f"if x.sum() > 1000:\n    x = x * 2\n{FORWARD}"),
    "none": net(INIT, FORWARD.replace("return", "y =")),
    "hidden": net(f"{INIT}\nself.more = [nn.Linear(3, 3)]", f"{FORWARD.replace('return', 'y =')}\nreturn nn.Linear(3, 3)(self.more[0](y))"),
    "rnn": net("self.rnn = nn.LSTM(6, 3, 2, bidirectional=True)", "return self.rnn(x[:, 0])[0][:, -1]"),
    "other": net("self.fc = nn.Linear(36, 3)\nself.w = nn.Parameter(torch.ones(3))", "return F.softmax(self.fc(x.view(-1, 36)), 1) * self.w"),
}  # fmt: skip


class Answering:
    """A child that has one answer."""

    limits = Limits()

    def __init__(self, answer: Frame) -> None:
        self.answer = answer

    def ask(self, *_: Any, **__: Any) -> Frame:
        return self.answer


@functools.cache
def real(name: str) -> tuple[Gathering, dict[str, Any], dict[str, Any]]:
    """What is gathered about an answer, and the claims as they came over the wire."""
    with TemporaryDirectory() as folder:
        gathering = gathered(ANSWERS[name], CNN_RUBRIC, Path(folder))
        assert gathering.exercise.rubric
    facts, _ = captured(ANSWERS[name], (1, 6, 6), batches=(2, 5, 1))
    return gathering, json.loads(json.dumps(dict(gathering.case.evidence.load))), facts


def judge_all(case: Case, gathering: Gathering) -> None:
    """Every check judges, and every judgement can be rendered in both languages and kept as JSON."""
    for check in gathering.exercise.rubric.checks:
        judgement = CHECKS[check.kind].judge(case, check.settings, check.name)
        assert 0 <= judgement.share <= 1
        json.dumps(judgement.details)
        for finding in judgement.findings:
            for message in filter(None, (finding.message, finding.hint)):
                assert message.render("en") and message.render("ko")
        Verdict(check.name, judgement.result, judgement.share, 1, judgement.findings, shapes=judgement.shapes)


def evidence_of(gathering: Gathering, load: dict[str, Any], capture: dict[str, Any]) -> Evidence:
    """The evidence after another load and another capture. Raises ProtocolError where their form is refused."""
    before = gathering.case.evidence
    evidence = Evidence(load=read_claim(LoadClaim, load), reference=before.reference)
    _, tensors = captured(gathering.submission.data.decode(), (1, 6, 6), batches=(2, 5, 1))
    stages.capture(Answering(Frame(capture, tensors)), gathering.exercise, 0, Probes(0), evidence)  # type: ignore[arg-type]
    return evidence


@pytest.mark.parametrize("name", ANSWERS)
def test_every_real_answer_is_judged(name: str) -> None:
    """With all evidence, and with each piece of it missing."""
    gathering, load, capture = real(name)
    judge_all(gathering.case, gathering)
    again = evidence_of(gathering, load, capture)
    assert (again.graphs is None) == (gathering.case.evidence.graphs is None)
    for missing in ("load", "capture", "graphs", "facts", "reference", "forward", "gradients"):
        evidence = copy.copy(gathering.case.evidence)
        setattr(evidence, missing, {} if missing == "load" else None)
        judge_all(Case(gathering.case.expected, evidence), gathering)


shares = st.sampled_from([None, np.nan, np.inf, 0.0, 1e30])
outputs = st.sampled_from([(4, 3), (4,), (4, 3, 1), (0,), ()]).flatmap(
    lambda shape: st.sampled_from(["float32", "bool", "int8", "float64"]).map(lambda dtype: np.full(shape, 1, dtype))
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), st.sampled_from(sorted(ANSWERS)))
def test_a_damaged_claim_is_refused_or_judged(data: st.DataObject, name: str) -> None:
    """Claims with parts missing, wrong, absurdly large or misplaced: ProtocolError where they come in, else a judgement."""
    gathering, load, capture = real(name)
    which = data.draw(st.sampled_from(["load", "capture", "structure", "graph"]))
    if which == "load":
        load = data.draw(damaged(load))
    elif which == "capture":
        capture = data.draw(damaged(capture))
    elif which in capture:
        capture = capture | {which: data.draw(damaged(capture[which]))}
    try:
        evidence = evidence_of(gathering, load, capture)
    except ProtocolError as refused:
        assert refused.text("en") and refused.text("ko")
        return
    before = gathering.case.evidence
    evidence.facts = data.draw(st.sampled_from([before.facts, None, GraphFacts((), False, "failed", 2)]))
    expected = np.zeros((4, 3), "float32")
    evidence.forward = data.draw(
        st.none() | st.builds(ForwardFacts, st.none() | outputs, st.just(expected), st.just(("conv",)))
    )
    evidence.gradients = data.draw(st.none() | st.dictionaries(st.sampled_from(["conv.weight", "w", "", "."]), shares))
    judge_all(Case(gathering.case.expected, evidence), gathering)


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:overflow")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_outputs_that_are_no_numbers_equal_nothing(value: float) -> None:
    """NaN and infinity are judged, shown by name, and never pass."""
    gathering, _, _ = real("right")
    evidence = copy.copy(gathering.case.evidence)
    evidence.forward = ForwardFacts(np.full((4, 3), value, "float32"), np.zeros((4, 3), "float32"))
    case = Case(gathering.case.expected, evidence)
    judge_all(case, gathering)
    check = next(check for check in gathering.exercise.rubric.checks if check.kind == "forward")
    assert CHECKS["forward"].judge(case, check.settings, check.name).share < 1
