"""Whole answers through the whole path: the corpus, the solutions and the stubs, as modules and as notebooks.

The sandbox is the real one. Training is left out except where it is the point.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import EXERCISES, Case, as_notebook, cases, notebook_line

from grader.exercises import Course, find_course
from grader.grading import Options, grade
from grader.reports.plain import render_plain
from grader.reports.report import Report
from grader.sandbox import Sandbox, open_sandbox
from grader.submissions import SubmissionFile, find_submission
from grader.verdict import Outcome

ROOT = Path(__file__).resolve().parents[1]
EVERYDAY_NOTEBOOKS = (
    "correct_reference softmax_at_end nine_classes view_mixes_batch super_other_class forward_nested returns_none "
    "wrong_time_step batch_first_missing wrong_in_channels padding_0 syntax_error"
).split()
NO_TRAINING = Options(training=False)
REAL = pytest.mark.skipif("GRADER_DATA" not in os.environ, reason="needs the real data: set GRADER_DATA")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox(warm=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def course() -> Course:
    return find_course(ROOT)


def _params(*, notebook: bool) -> list[object]:
    """Every fourth module and a few notebooks, which differ in how they are read and not in what is found, every day."""
    found = [case for exercise in EXERCISES for case in cases(exercise)]
    return [
        pytest.param(
            case,
            id=f"{case.exercise}-{case.name}",
            marks=[] if not case.slow and _everyday(case, place, notebook=notebook) else [pytest.mark.slow],
        )
        for place, case in enumerate(found)
    ]


def _everyday(case: Case, place: int, *, notebook: bool) -> bool:
    return case.name in EVERYDAY_NOTEBOOKS or (not notebook and place % 4 == 0)


@pytest.mark.parametrize("case", _params(notebook=False))
def test_module_fails_the_check_that_its_fault_belongs_to_at_the_line_of_the_cause(
    case: Case, course: Course, sandbox: Sandbox
) -> None:
    submission = SubmissionFile(case.path, "answer.py", "py", case.path.read_bytes())
    report = grade(submission, course.exercise(case.exercise), NO_TRAINING, sandbox=sandbox)
    _assert_expected(report, case, None, case.line)


@pytest.mark.parametrize("case", _params(notebook=True))
def test_notebook_gets_the_same_verdict_with_the_cell_and_line_named(
    case: Case, course: Course, sandbox: Sandbox
) -> None:
    submission = SubmissionFile(case.path.with_suffix(".ipynb"), "answer.ipynb", "ipynb", as_notebook(case))
    report = grade(submission, course.exercise(case.exercise), NO_TRAINING, sandbox=sandbox)
    cell, line = notebook_line(case) or (None, None)
    _assert_expected(report, case, cell, line)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_untouched_stub_earns_at_most_five_percent_and_is_named(
    exercise: str, course: Course, sandbox: Sandbox
) -> None:
    for kind in ("py", "ipynb"):
        report = grade(
            find_submission(course.exercise(exercise).stub(kind)),
            course.exercise(exercise),
            NO_TRAINING,
            sandbox=sandbox,
        )  # type: ignore[arg-type]
        assert report.points <= 0.05 * report.max_points
        assert "judging.untouched" in _ids(report)


@REAL
@pytest.mark.parametrize("exercise", EXERCISES)
def test_solution_earns_everything_on_the_real_data(exercise: str, course: Course, sandbox: Sandbox) -> None:
    found = course.exercise(exercise)
    assert found.solution is not None
    report = grade(find_submission(found.solution), found, Options(data="real"), sandbox=sandbox)
    assert report.points == report.max_points == 100
    assert report.exit_code == 0
    assert report.provenance.data is not None and report.provenance.data.variant == "full"
    assert report.provenance.fingerprint


@pytest.mark.parametrize(
    "exercise", [pytest.param(id, marks=[pytest.mark.slow] if id.startswith("cnn") else []) for id in EXERCISES]
)
def test_solution_earns_everything_provisionally_on_the_stand_in(
    exercise: str, course: Course, sandbox: Sandbox
) -> None:
    found = course.exercise(exercise)
    assert found.solution is not None
    report = grade(find_submission(found.solution), found, Options(data="standin"), sandbox=sandbox)
    assert report.points == report.max_points == 100
    assert report.provisional == ("training",)
    assert report.provenance.data is not None and report.provenance.data.standin
    assert "STAND-IN DATA" in render_plain(report, "en")
    assert "대체 데이터 사용" in render_plain(report, "ko")


def test_real_data_that_is_absent_leaves_the_check_ungraded_and_costs_nothing(
    course: Course, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GRADER_OFFLINE", "1")
    found = course.exercise("rnn_stock")
    assert found.solution is not None
    report = grade(find_submission(found.solution), found, Options(data="real"), sandbox=sandbox)
    training = next(verdict for verdict in report.verdicts if verdict.check == "training")
    assert training.outcome is Outcome.UNGRADED
    assert report.points == report.max_points - training.max_points
    assert report.exit_code == 3


@REAL
def test_model_without_a_graph_is_trained_in_the_sandbox_and_the_report_says_so(
    course: Course, sandbox: Sandbox
) -> None:
    path = ROOT / "tests/submissions/rnn_stock/branch_on_values.py"
    report = grade(find_submission(path), course.exercise("rnn_stock"), Options(data="real"), sandbox=sandbox)
    assert report.points == report.max_points
    assert {"forward", "training"} <= set(report.claimed)
    assert {"judging.no_graph", "judging.weaker_path"} <= _ids(report)


def test_equal_networks_have_equal_fingerprints_and_equal_training(course: Course, sandbox: Sandbox) -> None:
    """Seeded training of one network written in two ways gives the same scores to the last digit."""
    exercise = course.exercise("rnn_stock")
    reports = [
        grade(find_submission(path), exercise, Options(data="standin"), sandbox=sandbox)
        for path in (exercise.solution, ROOT / "tests/submissions/rnn_stock/correct_keywords.py")
        if path is not None
    ]
    assert reports[0].provenance.fingerprint == reports[1].provenance.fingerprint
    curves = [next(verdict.curve for verdict in report.verdicts if verdict.curve) for report in reports]
    assert curves[0] == curves[1]


def _assert_expected(report: Report, case: Case, cell: int | None, line: int | None) -> None:
    graded = [verdict for verdict in report.verdicts if verdict.check != "training"]
    wrong = {verdict.check for verdict in graded if verdict.outcome not in (Outcome.PASSED, Outcome.SKIPPED)}
    assert not any(verdict.outcome is Outcome.UNGRADED for verdict in graded), report
    if case.fails is None:
        assert all(verdict.outcome is Outcome.PASSED for verdict in graded), _texts(report)
        return
    assert ("source" if case.fails == "error" else case.fails) in wrong, _texts(report)
    if line is not None:
        places = [finding.location for verdict in graded for finding in verdict.findings if finding.location]
        assert any(place.line == line and place.cell == cell for place in places), _texts(report)


def _ids(report: Report) -> set[str]:
    return {finding.message.id for verdict in report.verdicts for finding in verdict.findings}


def _texts(report: Report) -> str:
    return "\n".join(
        f"{verdict.check} {verdict.outcome.value}: {finding.location} {finding.message.render('en')}"
        for verdict in report.verdicts
        for finding in verdict.findings
    )


@pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="this machine has a CUDA device")
def test_cuda_that_is_asked_for_and_absent_is_ours_and_costs_nothing(course: Course, sandbox: Sandbox) -> None:
    path = ROOT / "tests/submissions/rnn_stock/correct_reference.py"
    report = grade(
        find_submission(path), course.exercise("rnn_stock"), Options(device="cuda", training=False), sandbox=sandbox
    )
    assert {verdict.outcome for verdict in report.verdicts} == {Outcome.PASSED, Outcome.UNGRADED}
    assert "judging.no_cuda" in _ids(report)


@pytest.mark.gpu
@pytest.mark.skipif(not Path("/dev/nvidia0").exists(), reason="no CUDA device here")
def test_training_on_cuda_reaches_the_threshold(course: Course, sandbox: Sandbox) -> None:
    found = course.exercise("mlp_wafer")
    assert found.solution is not None
    report = grade(find_submission(found.solution), found, Options(data="standin", device="cuda"), sandbox=sandbox)
    assert report.points == report.max_points
    assert report.provenance.device == "cuda"
