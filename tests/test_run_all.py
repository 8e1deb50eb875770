"""`run: all`: the whole submission runs, its own data loading and training included, and the trained network is judged."""

from __future__ import annotations

import ast
import dataclasses
import os
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from grader.exercises import Exercise, find_course
from grader.grading import grade
from grader.reports.report import Report
from grader.sandbox import Sandbox, open_sandbox
from grader.submissions import SubmissionFile
from grader.verdict import Outcome, Verdict

COURSE = Path(__file__).with_name("courses") / "trained"

pytestmark = pytest.mark.skipif("GRADER_DATA" not in os.environ, reason="needs the real data: set GRADER_DATA")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return find_course(COURSE).exercise("trained_softmax")


def _notebook(source: str) -> bytes:
    """One cell a top-level statement, behind a cell with magics."""
    lines = source.split("\n")
    cells = ["!pip install torch\n%pwd"]
    cells += ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in ast.parse(source).body]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return nbformat.writes(notebook).encode()


def _outcomes(submission: SubmissionFile, exercise: Exercise, sandbox: Sandbox) -> dict[str, Outcome]:
    report = grade(submission, exercise, sandbox=sandbox)
    return {verdict.check: verdict.outcome for verdict in report.verdicts}


def test_module_that_trains_on_torchvisions_mnist_is_served_the_local_data_and_judged_as_it_left_the_network(
    exercise: Exercise, sandbox: Sandbox
) -> None:
    path = COURSE / "answers/trained.py"
    outcomes = _outcomes(SubmissionFile(path, path.name, "py", path.read_bytes()), exercise, sandbox)
    assert set(outcomes.values()) == {Outcome.PASSED}


def test_network_that_was_never_trained_fails_training_and_nothing_else(exercise: Exercise, sandbox: Sandbox) -> None:
    path = COURSE / "answers/untrained.py"
    outcomes = _outcomes(SubmissionFile(path, path.name, "py", path.read_bytes()), exercise, sandbox)
    assert outcomes.pop("training") is Outcome.FAILED
    assert set(outcomes.values()) == {Outcome.PASSED}


def _graded(exercise: Exercise, sandbox: Sandbox, *cells: str) -> Report:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    data = nbformat.writes(notebook).encode()
    return grade(SubmissionFile(Path("답안.ipynb"), "답안.ipynb", "ipynb", data), exercise, sandbox=sandbox)


def _source(report: Report) -> Verdict:
    found = next(verdict for verdict in report.verdicts if verdict.check == "source")
    for finding in found.findings:
        assert finding.message.render("en") and finding.message.render("ko")
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "outcome", "id"),
    [
        ("import os\nos._exit(0)", Outcome.ERROR, "judging.in_cell"),
        ("import ctypes\nctypes.string_at(0)", Outcome.ERROR, "judging.in_cell"),
        ("hog = bytearray(2**30)", Outcome.ERROR, "source.cell_failed"),
        (
            "import mmap\nhog = mmap.mmap(-1, 2**30)\nfor _ in range(2**10): hog.write(bytes(2**20))",
            Outcome.OUT_OF_MEMORY,
            "judging.in_cell",
        ),
        ("import ctypes\nctypes.PyDLL(None).sleep(1000)", Outcome.TIMEOUT, "source.cell_timeout"),
        ("while True: pass", Outcome.TIMEOUT, "source.cell_timeout"),
    ],
    ids=["ends itself", "crashes", "asks for memory", "takes memory", "holds the interpreter", "never ends"],
)
def test_a_cell_that_ends_or_blocks_the_process_is_named(
    exercise: Exercise, sandbox: Sandbox, cell: str, outcome: Outcome, id: str
) -> None:
    short = dataclasses.replace(exercise)
    limits = exercise.rubric.limits.model_copy(update={"memory_bytes": 2**28})
    short.__dict__["rubric"] = exercise.rubric.model_copy(update={"cell_seconds": 5.0, "limits": limits})
    started = time.monotonic()
    verdict = _source(_graded(short, sandbox, "x = 1", cell))
    finding = verdict.findings[0]
    assert (verdict.outcome, finding.message.id) == (outcome, id)
    assert finding.location is not None and finding.location.cell == 2
    assert time.monotonic() - started < 30


@pytest.mark.slow
def test_a_model_without_a_graph_is_graded_by_its_behaviour_after_a_notebook(
    exercise: Exercise, sandbox: Sandbox
) -> None:
    """Training and accuracy are those of the network that the notebook left, as the child claims."""
    trained = (COURSE / "answers/trained.py").read_text(encoding="utf-8")
    branching = """class Branching(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.fc = inner.fc

    def forward(self, x):
        x = x.flatten(1)
        if x.sum() > 0:
            return self.fc(x)
        return self.fc(x + 0)
model = Branching(model)"""
    report = _graded(exercise, sandbox, trained, branching)
    outcomes = {verdict.check: verdict.outcome for verdict in report.verdicts}
    assert outcomes["training"] is outcomes["source"] is Outcome.PASSED
    assert Outcome.UNGRADED not in outcomes.values() and "training" in report.claimed
    assert [output["data"] for output in report.outputs if output["type"] == "text"][-1].startswith("끝")


@pytest.mark.slow
def test_notebook_runs_whole_in_a_real_kernel_and_its_trained_network_is_judged(
    exercise: Exercise, sandbox: Sandbox
) -> None:
    path = COURSE / "answers/trained.py"
    submission = SubmissionFile(path, "trained.ipynb", "ipynb", _notebook(path.read_text(encoding="utf-8")))
    assert set(_outcomes(submission, exercise, sandbox).values()) == {Outcome.PASSED}
