"""`source` says why an answer could not be loaded or built: it explains what all the others skip."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from networks import IMPORTS, gathered, judged, net

from grader.judging.checks.kind import Judgement
from grader.verdict import Finding, Outcome

RUBRIC = """
exercise: small
title: {ko: "작은 망", en: "A small network"}
target: Net
input: [batch, 4]
network:
  fc: Linear(4, 2)
  forward: fc
checks:
  source: {points: 1, forbidden: [nn.Sequential, torch.load, eval]}
  layers: 1
"""
INIT, FORWARD = "self.fc = nn.Linear(4, 2)", "return self.fc(x)"


@pytest.fixture
def said(tmp_path: Path) -> Any:
    return lambda text, rubric=RUBRIC: judged(gathered(text, rubric, tmp_path))


def first(judgement: Judgement) -> Finding:
    finding = judgement.findings[0]
    for message in filter(None, (finding.message, finding.hint)):
        assert message.render("en") and message.render("ko")
    return finding


@pytest.mark.parametrize(
    ("text", "id", "outcome", "line"),
    [
        ("", "source.empty", Outcome.FAILED, None),
        ("def broken(:\n    pass\n", "source.syntax", Outcome.FAILED, 1),
        (net(INIT, FORWARD).replace("class Net", "class Nett"), "judging.missing", Outcome.FAILED, 5),
        (f"def f():\n{textwrap.indent(net(INIT, FORWARD), '    ')}", "judging.nested", Outcome.FAILED, 6),
        ("Net = 3\n", "judging.not_a_module", Outcome.ERROR, None),
        ("class Net:\n    pass\n", "judging.not_a_module", Outcome.FAILED, None),
        (f"{IMPORTS}\ndef Net():\n    return 3\n", "judging.built_no_module", Outcome.FAILED, None),
        (net("self.fc = nn.Linear(4, width)", FORWARD), "judging.build_failed", Outcome.ERROR, 8),
        (f"{IMPORTS}\nwidth = 1 / 0\n" + net("self.fc = nn.Linear(4, width)", FORWARD), "source.", Outcome.ERROR, 5),
    ],
    ids=["empty", "syntax", "misnamed", "nested", "number", "no module", "builds a number", "constructor", "definition"],
)  # fmt: skip
def test_each_cause_has_its_message_outcome_and_line(
    said: Any, text: str, id: str, outcome: Outcome, line: int | None
) -> None:
    """Ran and raised is an error; everything else a failure. The layers are skipped, with the reason."""
    found = said(text)
    finding = first(found["source"])
    assert finding.message.id.startswith(id) and found["source"].result is outcome and found["source"].share == 0
    if line is not None:
        assert finding.location is not None and finding.location.line == line
    assert found["layers"].result is Outcome.SKIPPED and first(found["layers"]).message.id == "judging.needs_source"


def test_a_near_name_is_suggested(said: Any) -> None:
    """With where it stands."""
    finding = first(said(net(INIT, FORWARD).replace("class Net", "class net"))["source"])
    assert finding.hint is not None and dict(finding.hint.args) == {"found": "net", "name": "Net"}


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        (net("self.fc = nn.Sequential(nn.Linear(4, 2))", FORWARD), "nn.Sequential", 8),
        (net(INIT, FORWARD).replace("import torch\n", "import torch\nfrom torch.nn import Sequential\n")
         .replace(INIT, "self.fc = Sequential(nn.Linear(4, 2))"), "nn.Sequential", 2),
        (net("self.fc = torch.nn.Sequential(nn.Linear(4, 2))", FORWARD), "nn.Sequential", 8),
        (net("self.fc = nn.Linear(4, eval('2'))", FORWARD), "eval", 8),
    ],
)  # fmt: skip
def test_a_forbidden_name_is_told_with_its_line(said: Any, text: str, name: str, line: int) -> None:
    """However it was imported; the answer is otherwise judged as usual."""
    found = said(text)
    finding = first(found["source"])
    assert finding.message.id == "judging.forbidden" and finding.message.args["name"] == name
    assert finding.location is not None and finding.location.line == line
    assert found["source"].share == 0 and found["layers"].result is not Outcome.SKIPPED


def test_a_name_that_only_ends_alike_is_not_forbidden(said: Any) -> None:
    """`self.eval` is not `eval`… as a name of its own is; unused code is free."""
    text = net(INIT, FORWARD) + "\n\nweights = torch.load\nmodel = nn.Sequential()\n"
    assert said(text)["source"].share == 1


def test_what_the_model_does_not_need_does_not_matter(said: Any) -> None:
    """Top-level code that fails, and that the target does not depend on, is left out."""
    found = said(net(INIT, FORWARD) + "\nfor epoch in range(10**9):\n    raise SystemExit\n")
    assert {name: judgement.share for name, judgement in found.items()} == {"source": 1, "layers": 1}
