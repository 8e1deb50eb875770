"""`grader check`: which file is graded, what comes out where, and the exit codes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from scripted import Grading, Interrupted, Options

from grader.errors import RubricError, SandboxUnavailable
from grader.reports import Report
from grader.verdict import Outcome, Verdict

Run = Callable[..., Result]


def report(*verdicts: Verdict, **changes: Any) -> Report:
    return Report("small", {"en": "A small network", "ko": "작은 신경망"}, "answer.py", verdicts, **changes)


def answer(name: str = "answer.py") -> Path:
    path = Path(name)
    path.write_text("class Net: ...\n", encoding="utf-8")
    return path


def asked(grading: Grading) -> tuple[str, str]:
    (submission, exercise, _) = grading.asked[-1]
    return exercise.id, submission.name


def test_both_named(run: Run, grading: Grading) -> None:
    answer()
    result = run("check", "small", "answer.py")
    assert (result.exit_code, asked(grading)) == (0, ("small", "answer.py"))
    assert result.stdout.startswith("EXERCISE small") and result.stderr == ""


def test_no_argument_is_needed_where_an_exercise_was_started(run: Run, grading: Grading) -> None:
    run("start", "small")
    answer()
    assert run("check").exit_code == 0
    assert asked(grading) == ("small", "small.py")


def test_a_file_alone_is_a_submission_to_what_was_started(run: Run, grading: Grading) -> None:
    run("start", "small")
    answer()
    run("check", "answer.py")
    assert asked(grading) == ("small", "answer.py")


@pytest.mark.parametrize("others", [(), ("zebra.py", "other.py")])
def test_the_obvious_file_is_found(run: Run, grading: Grading, others: tuple[str, ...]) -> None:
    for name in ("small.py", *others):
        answer(name)
    run("check", "small")
    assert asked(grading) == ("small", "small.py")


def test_the_started_file_of_another_exercise_is_not_taken(run: Run, grading: Grading) -> None:
    run("start", "small")
    answer("other.py")
    run("check", "other")
    assert asked(grading) == ("other", "other.py")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Which exercise?"),
        (("answer.py",), "for which exercise?"),
        (("smal", "answer.py"), "Did you mean `small`?"),
        (("small", "nothing.py"), "nothing.py"),
        (("small", "answer.py", "--json", "no/such/folder.json"), "no such folder"),
        (("small", "answer.py", "--seed", "-1"), "--seed"),
        (("small", "answer.py", "--course", "no_course"), "no_course"),
    ],
)
def test_wrong_use_is_exit_code_2_and_nothing_on_stdout(
    run: Run, grading: Grading, arguments: tuple[str, ...], words: str
) -> None:
    answer()
    result = run("check", *arguments)
    assert result.exit_code == 2 and words in result.stderr and result.stdout == ""
    assert grading.asked == []


def test_options_reach_grade(run: Run, grading: Grading) -> None:
    answer()
    running = [
        "--data",
        "real",
        "--device",
        "cpu",
        "--isolation",
        "none",
        "--seed",
        "7",
        "--no-training",
        "--probe-seed",
        "8",
    ]
    run("check", "small", "answer.py", *running)
    assert asdict(grading.asked[0][2]) == asdict(Options("real", "cpu", "none", 7, False, 8))


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.PASSED, 0), (Outcome.FAILED, 1), (Outcome.TIMEOUT, 1), (Outcome.UNGRADED, 3)]
)
def test_the_exit_code_says_how_it_ended(run: Run, grading: Grading, outcome: Outcome, code: int) -> None:
    answer()
    grading.answer = report(Verdict("layers", outcome, 0, 60))
    assert run("check", "small", "answer.py").exit_code == code


def test_json_alone_on_stdout(run: Run, grading: Grading) -> None:
    answer()
    result = run("check", "small", "answer.py", "--json", "-", "--lang", "ko")
    assert json.loads(result.stdout)["language"] == "ko" and result.stderr == ""


def test_json_file_beside_the_screen(run: Run, grading: Grading) -> None:
    answer()
    result = run("check", "small", "answer.py", "--json", "out.json")
    assert json.loads(Path("out.json").read_text(encoding="utf-8"))["exercise"] == "small"
    assert "TOTAL 60/60 PASS" in result.stdout


@pytest.mark.parametrize("arguments", [("--lang", "ko"), ()])
def test_korean_by_option_or_locale(
    run: Run, grading: Grading, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    if not arguments:
        monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    answer()
    grading.answer = report(Verdict("layers", Outcome.PASSED, 60, 60))
    assert "EXERCISE small 작은 신경망" in run("check", "small", "answer.py", *arguments).stdout
    assert "없는 실습입니다" in run("check", "smal", "answer.py", *arguments).stderr


def test_ctrl_c_shows_what_was_done_and_exits_with_130(run: Run, grading: Grading) -> None:
    answer()
    grading.answer = Interrupted(report(Verdict("layers", Outcome.PASSED, 60, 60), interrupted=True))
    result = run("check", "small", "answer.py", "--json", "out.json")
    assert result.exit_code == 130 and "PASS layers 60/60" in result.stdout and "stopped" in result.stdout
    assert json.loads(Path("out.json").read_text(encoding="utf-8"))["interrupted"] is True


def test_ctrl_c_before_there_is_anything_to_show(run: Run, grading: Grading) -> None:
    answer()
    grading.answer = KeyboardInterrupt()
    result = run("check", "small", "answer.py")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "Stopped.\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RubricError(["small.yaml:3:1: bad"]), 2),
        (SandboxUnavailable("cli.interrupted"), 3),
        (ZeroDivisionError("x\x1b"), 3),
    ],
)
def test_errors_are_one_message_without_a_traceback(run: Run, grading: Grading, error: Exception, code: int) -> None:
    answer()
    grading.answer = error
    result = run("check", "small", "answer.py")
    assert result.exit_code == code and result.stdout == ""
    assert result.stderr and "Traceback" not in result.stderr and "\x1b" not in result.stderr


def test_a_bug_is_called_ours_and_shown_in_full_when_asked(
    run: Run, grading: Grading, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer()
    grading.answer = ZeroDivisionError("division by zero")
    assert "a bug in grader, not in your answer: ZeroDivisionError" in run("check", "small", "answer.py").stderr
    monkeypatch.setenv("GRADER_DEBUG", "1")
    assert "Traceback" in run("check", "small", "answer.py").stderr


def test_the_scripted_grade_has_the_signature_of_the_real_one() -> None:
    grading = pytest.importorskip("grader.grading", reason="grading.py is not there yet")
    assert list(inspect.signature(grading.grade).parameters)[:4] == ["submission", "exercise", "options", "on_progress"]
    assert asdict(grading.Options()) == asdict(Options())
    assert issubclass(grading.Interrupted, KeyboardInterrupt)
