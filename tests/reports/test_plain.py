"""The plain report: every line in a form that scripts can rely on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import samples

from grader.reports import Report
from grader.reports.plain import WORDS, render_plain
from grader.verdict import Outcome, Verdict

AT_THE_MARGIN = re.compile(r"(EXERCISE|SUBMISSION|TOTAL|PASS|FAIL|ERROR|TIMEOUT|MEMORY|SKIP|UNGRADED) ")


def lines(report: Report, language: str = "en") -> list[str]:
    return render_plain(report, language).splitlines()  # type: ignore[arg-type]


def test_full_marks() -> None:
    shown = lines(samples.all_passed())
    assert shown[:2] == ["EXERCISE cnn_mnist_channels CNN on MNIST: fill in the channels", "SUBMISSION answer.py"]
    assert shown[3] == "PASS shapes 10/10 2 of 2 shapes are as expected"
    assert shown[4] == "PASS training 60/60 accuracy 0.9712 (needs at least 0.95)"
    assert shown[5] == "  loss 1:2.31 101:1.2 201:0.7 301:0.4 401:0.2 501:0.11"
    assert "TOTAL 100/100 PASS full marks" in shown


def test_a_failed_check_says_what_where_and_what_to_do() -> None:
    shown = lines(samples.failed_layers())
    at = shown.index("FAIL layers 20/30")
    assert shown[at + 1] == "  error answer.py:17: grader `layer3` takes 32 channels, but `layer2` gives 64."
    assert shown[at + 2] == "    hint: grader Make in_channels equal to 64."
    assert (
        "  shape layer2 | Conv2d(16, 64, 3, stride=2, padding=1) | found - | expected (N, 64, 14, 14) | WRONG" in shown
    )
    assert "    | at the second layer" in shown
    assert "SKIP training 0/40 grader needs `forward`" in shown
    assert "TOTAL 22.5/100 FAIL 4 of 4 checks did not pass" in shown
    assert "  warning lab.ipynb[cell 3]:2: grader a learning rate of 10 is large" in shown


def test_a_stand_in_is_named_and_the_verdict_provisional() -> None:
    shown = lines(samples.provisional())
    assert "PASS training 60/60 accuracy 0.96 (needs at least 0.95) · provisional" in shown
    assert any("STAND-IN DATA" in line and "digits" in line for line in shown)


def test_ungraded_has_no_number_on_the_left() -> None:
    assert "UNGRADED training –/60 grader MNIST is not here" in lines(samples.ungraded())


def test_nan_and_inf_are_shown_by_name() -> None:
    assert "  loss 1:2.3 101:inf 201:nan" in lines(samples.diverged())


def test_a_report_that_was_interrupted_says_so() -> None:
    report = samples.report(Verdict("layers", Outcome.PASSED, 30, 30), interrupted=True)
    assert "TOTAL 30/30 UNGRADED 중간에 멈췄습니다" in lines(report, "ko")


@pytest.mark.parametrize("make", samples.ALL)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_only_our_words_stand_at_the_margin(make: Callable[[], Report], language: str) -> None:
    for line in lines(make(), language):
        assert line.isprintable()
        assert line.startswith("  ") or AT_THE_MARGIN.match(line), line
        assert not line.strip().startswith("::")


def test_a_submission_cannot_write_a_verdict_line() -> None:
    shown = lines(samples.hostile())
    assert [line for line in shown if line.startswith("PASS")] == []
    assert not any(line.strip().startswith("PASS") for line in shown)


def test_long_tables_are_cut_around_the_first_wrong_row() -> None:
    verdict = Verdict("shapes", Outcome.FAILED, 0, 10, shapes=samples.rows(wrong=40, count=60))
    shown = lines(samples.report(verdict))
    assert sum(line.startswith("  shape ") for line in shown) == 20
    assert any("WRONG" in line for line in shown) and "  … 40 more operations" in shown


def test_every_outcome_has_a_word_of_its_own() -> None:
    assert set(WORDS) == set(Outcome) and len(set(WORDS.values())) == len(Outcome)
