"""`run: all`: the whole submission runs, its own data loading and training included, and the trained network is judged."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from grader.exercises import Exercise, find_course
from grader.grading import grade
from grader.sandbox import Sandbox, open_sandbox
from grader.submissions import SubmissionFile
from grader.verdict import Outcome

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


@pytest.mark.slow
def test_notebook_runs_whole_in_a_real_kernel_and_its_trained_network_is_judged(
    exercise: Exercise, sandbox: Sandbox
) -> None:
    path = COURSE / "answers/trained.py"
    submission = SubmissionFile(path, "trained.ipynb", "ipynb", _notebook(path.read_text(encoding="utf-8")))
    assert set(_outcomes(submission, exercise, sandbox).values()) == {Outcome.PASSED}
