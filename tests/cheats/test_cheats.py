"""Cheats that are legal Python, and honest answers that look like them: what the report says, and to whom.

The sandbox is the real one; the answers are files, their expectations stand in expected.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from grader.exercises import Course, find_course
from grader.grading import Options, grade
from grader.reports.plain import render_plain
from grader.reports.report import Report
from grader.sandbox import Sandbox, open_sandbox
from grader.submissions import find_submission
from grader.verdict import Outcome, Verdict

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Cheat:
    """One answer and what must become of it."""

    exercise: str
    name: str
    failed: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    trains: bool = False
    probe_seed: int | None = None

    @property
    def path(self) -> Path:
        return HERE / self.exercise / f"{self.name}.py"


def _cheats() -> list[Cheat]:
    listed = yaml.safe_load((HERE / "expected.yaml").read_text(encoding="utf-8"))
    return [
        Cheat(
            exercise, name, **{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        )
        for exercise, entries in listed.items()
        for name, entry in entries.items()
    ]


CHEATS = _cheats()
RECOGNISERS = [cheat for cheat in CHEATS if cheat.probe_seed is not None]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox(warm=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def course() -> Course:
    return find_course(ROOT)


def _params(cheats: list[Cheat]) -> list[object]:
    marks = {True: [pytest.mark.slow], False: []}
    return [pytest.param(cheat, id=f"{cheat.exercise}-{cheat.name}", marks=marks[cheat.trains]) for cheat in cheats]


def _graded(cheat: Cheat, course: Course, sandbox: Sandbox, probe_seed: int | None = None) -> Report:
    options = Options(data="standin", device="cpu", training=cheat.trains, probe_seed=probe_seed)
    return grade(find_submission(cheat.path), course.exercise(cheat.exercise), options, sandbox=sandbox)


def _outcomes(report: Report) -> dict[str, Outcome]:
    return {verdict.check: verdict.outcome for verdict in report.verdicts}


def _said(verdicts: tuple[Verdict, ...]) -> list[tuple[str, str]]:
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    return [(finding.message.id.removeprefix("judging."), finding.message.render("en")) for finding in findings]


def test_every_file_has_an_expectation() -> None:
    """And every expectation its file."""
    assert {cheat.path for cheat in CHEATS} == set(HERE.glob("*/*.py"))


@pytest.mark.parametrize("cheat", _params(CHEATS))
def test_cheat_comes_to_what_is_expected(cheat: Cheat, course: Course, sandbox: Sandbox) -> None:
    """The checks it fails and passes, what is named, and what the instructor is told."""
    report = _graded(cheat, course, sandbox)
    outcomes = _outcomes(report)
    assert {name: outcomes[name] for name in cheat.failed} == dict.fromkeys(cheat.failed, Outcome.FAILED)
    assert {name: outcomes[name] for name in cheat.passed} == dict.fromkeys(cheat.passed, Outcome.PASSED)
    said = _said(report.verdicts)
    assert not [id for id in cheat.says if id not in dict(said)]
    assert not [words for words in cheat.names if not any(words in text for _, text in said)]
    assert [flag.message.id.removeprefix("judging.") for flag in report.flags] == list(cheat.flags)


@pytest.mark.parametrize("cheat", _params(RECOGNISERS))
def test_a_network_that_knows_a_former_probe_passes_with_that_one_only(
    cheat: Cheat, course: Course, sandbox: Sandbox
) -> None:
    """With the probe that it was made for the cheat is real; the next grading uses another."""
    assert _outcomes(_graded(cheat, course, sandbox, cheat.probe_seed))["forward"] is Outcome.PASSED
    reports = [_graded(cheat, course, sandbox) for _ in range(2)]
    assert [_outcomes(report)["forward"] for report in reports] == [Outcome.FAILED] * 2
    assert len({report.provenance.probe_seed for report in reports}) == 2


@pytest.mark.slow
@pytest.mark.parametrize("exercise", sorted({cheat.exercise for cheat in CHEATS}))
def test_an_honest_answer_gets_the_same_verdict_whatever_it_is_tried_with(
    exercise: str, course: Course, sandbox: Sandbox
) -> None:
    """Fresh probes decide nothing about the solution, and the report's command repeats them."""
    found = course.exercise(exercise)
    assert found.solution is not None
    for _ in range(3):
        report = grade(find_submission(found.solution), found, Options(training=False), sandbox=sandbox)
        assert {verdict.outcome for verdict in report.verdicts} == {Outcome.PASSED, Outcome.UNGRADED}
        assert report.flags == ()
        assert f"--probe-seed {report.provenance.probe_seed}" in report.provenance.replay


@pytest.mark.slow
def test_flags_cost_nothing_and_are_told_apart(course: Course, sandbox: Sandbox) -> None:
    """The check keeps its points; the report says to whom the hint is addressed."""
    cheat = next(cheat for cheat in CHEATS if cheat.name == "remembered_prices")
    report = _graded(cheat, course, sandbox)
    training = next(verdict for verdict in report.verdicts if verdict.check == "training")
    assert training.points == training.max_points
    assert "For the instructor: Before its first training step" in render_plain(report, "en")
    assert "강사 확인용: 학습을 시작하기 전인데" in render_plain(report, "ko")
