"""What a report concludes from its verdicts."""

from __future__ import annotations

import pytest
import samples

from grader.reports.language import reader_language
from grader.verdict import Outcome, Verdict


@pytest.mark.parametrize(
    ("report", "outcome", "code", "points"),
    [
        (samples.all_passed(), Outcome.PASSED, 0, (100, 100)),
        (samples.failed_layers(), Outcome.FAILED, 1, (22.5, 100)),
        (samples.ungraded(), Outcome.UNGRADED, 3, (40, 100)),
        (samples.report(), Outcome.UNGRADED, 3, (0, 0)),
        (samples.report(Verdict("layers", Outcome.PASSED, 1, 1), interrupted=True), Outcome.UNGRADED, 3, (1, 1)),
    ],
)
def test_outcome_exit_code_and_points(
    report: samples.Report, outcome: Outcome, code: int, points: tuple[float, float]
) -> None:
    assert (report.outcome, report.exit_code, (report.points, report.max_points)) == (outcome, code, points)


@pytest.mark.parametrize("outcome", [item for item in Outcome if item not in (Outcome.PASSED, Outcome.UNGRADED)])
def test_every_fault_of_the_student_is_exit_code_1(outcome: Outcome) -> None:
    assert samples.report(Verdict("a", Outcome.PASSED, 1, 1), Verdict("b", outcome, 0, 1)).exit_code == 1


def test_ungraded_points_are_neither_earned_nor_lost() -> None:
    report = samples.report(Verdict("a", Outcome.FAILED, 3, 10), Verdict("b", Outcome.UNGRADED, 7, 90))
    assert (report.points, report.ungraded_points, report.max_points) == (3, 90, 100)


def test_the_title_falls_back_to_another_language_and_then_to_the_id() -> None:
    assert samples.report().heading("ko") == "MNIST CNN: 채널 수 채우기"
    assert samples.report(title={"en": "Only English"}).heading("ko") == "Only English"
    assert samples.report(title={}).heading("ko") == "cnn_mnist_channels"


@pytest.mark.parametrize(
    ("chosen", "environment", "language"),
    [
        (None, {}, "en"),
        (None, {"LANG": "ko_KR.UTF-8"}, "ko"),
        (None, {"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LANG": "ko"}, "ko"),
        ("en", {"LANG": "ko_KR.UTF-8"}, "en"),
        ("ko", {}, "ko"),
    ],
)
def test_the_readers_language(chosen: str | None, environment: dict[str, str], language: str) -> None:
    assert reader_language(chosen, environment) == language
