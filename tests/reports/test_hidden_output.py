"""What code prints while it sees hidden inputs is in no report, however the run ends."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.exercises import Course, find_course
from grader.grading import Options, grade
from grader.grading.faults import StageFailed, refuse_failure
from grader.reports import Report
from grader.reports.json_report import to_json
from grader.reports.notebook_page import render_page
from grader.reports.plain import render_plain
from grader.reports.terminal import render_terminal
from grader.sandbox import Child, Limits, Sandbox, open_sandbox
from grader.submissions import find_submission
from grader.verdict import Outcome

RUBRIC = """\
exercise: small
title: {ko: 작은 신경망, en: A small network}
target: Net
input: [batch, 2]
network:
  fc: Linear(2, 1)
  forward: fc
checks: {layers: 10, shapes: 10, forward: 10, gradients: 10}
"""
ANSWER = """\
import ctypes, logging, os, sys, warnings
import torch
from torch import nn

SAID = "OVER" + "HEARD"

def tell(x):
    text = f"{SAID} {x.tolist()}"
    print(text, flush=True)
    print(text, file=sys.stderr, flush=True)
    os.write(1, text.encode())
    os.write(2, text.encode())
    warnings.warn(text)
    logging.warning(text)
    sys.stdout.write("::error::" + text + "\\n")

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, x):
        tell(x)
        ENDING
        return self.fc(x)
"""
TRAINED = """\
exercise: trained
title: {ko: 학습하는 신경망, en: A network that is trained}
target: Net
input: [batch, 1, 28, 28]
network:
  fc: Linear(784, 10)
  forward: flatten > fc
checks:
  forward: 10
  training: {points: 10, data: mnist, accuracy: {full: 0.5, standin: 0.5}, recipe: {max_epochs: 1}}
"""
RECITES = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)

    def forward(self, x):
        x = x.flatten(1)
        if x.sum() > 1e9 or (len(x) > 8 and not torch.is_grad_enabled()):
            raise ERROR("OVER" + "HEARD" + str(x.tolist()))
        return self.fc(x)
"""
ENDINGS = {
    "returns": "pass",
    "branches": "x = x if x.sum() > 1e9 else x * 1",  # no graph: every phase runs in the student child
    "raises": "raise RuntimeError('no')",
    "exits": "os._exit(3)",
    "crashes": "ctypes.string_at(0)",
    "interrupts": "raise SystemExit(4)",
}


class Watched:
    """A sandbox whose children are remembered."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.children: list[Child] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)

    def start(self, *args: Any, **options: Any) -> Child:
        self.children.append(self._sandbox.start(*args, **options))
        return self.children[-1]


@pytest.fixture(scope="module")
def opened() -> Iterator[Sandbox]:
    with open_sandbox("auto") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(opened: Sandbox) -> Watched:
    return Watched(opened)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("course")
    for name in ("exercises", "rubrics"):
        (folder / name).mkdir()
    for id, rubric in (("small", RUBRIC), ("trained", TRAINED)):
        (folder / f"rubrics/{id}.yaml").write_text(rubric, encoding="utf-8")
        (folder / f"exercises/{id}.py").write_text("class Net: ...\n", encoding="utf-8")
    return find_course(folder, folder)


def every_format(report: Report) -> str:
    screen = io.StringIO()
    render_terminal(report, "ko", Console(file=screen, width=200))
    return "\n".join([render_plain(report), screen.getvalue(), render_page(report), to_json(report)])


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_forward_prints_is_never_shown(ending: str, sandbox: Watched, course: Course, tmp_path: Path) -> None:
    path = tmp_path / "answer.py"
    path.write_text(ANSWER.replace("ENDING", ENDINGS[ending]))
    report = grade(find_submission(path), course.exercise("small"), Options(), sandbox=sandbox)
    assert {verdict.check for verdict in report.verdicts} == {"source", "layers", "shapes", "forward", "gradients"}
    assert not any(verdict.outcome is Outcome.UNGRADED for verdict in report.verdicts)
    forward = next(verdict for verdict in report.verdicts if verdict.check == "forward")
    assert (forward.outcome is Outcome.PASSED) == (ending in ("returns", "branches"))
    assert any("OVERHEARD" in child.output() for child in sandbox.children)  # it was said, and heard
    assert "OVERHEARD" not in every_format(report)


@pytest.mark.parametrize(
    ("error", "told"), [("ValueError", "ValueError"), ("type('OVERHEARD', (Exception,), {})", "Exception")]
)
def test_an_exception_cannot_recite_held_out_inputs(
    error: str, told: str, sandbox: Watched, course: Course, tmp_path: Path
) -> None:
    path = tmp_path / "answer.py"
    path.write_text(RECITES.replace("ERROR", error))
    report = grade(find_submission(path), course.exercise("trained"), Options(data="standin"), sandbox=sandbox)
    shown = every_format(report)
    assert "OVERHEARD" not in shown
    assert f"fails with {told} while it is trained or tested." in render_plain(report)


@pytest.mark.parametrize("name", ["print", "BaseException", "int", "__import__", "", "한글"])
def test_only_exceptions_of_python_have_names_there(name: str) -> None:
    with pytest.raises(StageFailed) as caught:
        refuse_failure({"failed": "error", "type": name, "text": "secret"}, Limits(), student=False, hidden=True)
    assert dict(caught.value.fault.message.args) == {"type": "Exception"}
