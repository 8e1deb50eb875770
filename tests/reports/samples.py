"""Reports made by hand: one for each way a grading can end."""

from __future__ import annotations

import math

from grader.messages import Message
from grader.reports import DataRecord, IsolationRecord, Provenance, Report
from grader.verdict import Curve, Finding, Location, Outcome, ShapeRow, Verdict

TITLE = {"en": "CNN on MNIST: fill in the channels", "ko": "MNIST CNN: 채널 수 채우기"}
MNIST = DataRecord("MNIST", "full", "/data/mnist", "sha256:12ab")
DIGITS = DataRecord("digits", "standin", "scikit-learn", "sha256:34cd")


def said(text: str, *, place: Location | None = None, hint: str | None = None, severity: str = "error") -> Finding:
    """A finding whose text is one argument: `reports.version` is the plainest template there is."""
    advice = None if hint is None else Message("reports.version", {"version": hint})
    return Finding(Message("reports.version", {"version": text}), advice, place, severity)  # type: ignore[arg-type]


def provenance(data: DataRecord | None = MNIST) -> Provenance:
    isolation = IsolationRecord("C", (Message("reports.version", {"version": "namespaces"}),))
    return Provenance(
        grader="0.1.0",
        python="3.11.2",
        torch="2.13.0",
        numpy="2.3.0",
        device="cpu",
        seeds=(0, 1),
        data=data,
        isolation=isolation,
        fingerprint="f00d",
        rubric_digest="beef",
        started="2026-11-21T10:00:00Z",
        wall_seconds=3.42,
        ran=("answer.py:1-4", "answer.py:9-30"),
        left=("answer.py:31-60",),
        replay="grader check cnn_mnist_channels answer.py --seed 0",
    )


def curve(*scores: float, losses: tuple[float, ...] = (2.31, 1.2, 0.7, 0.4, 0.2, 0.11)) -> Curve:
    steps = tuple((index * 100 + 1, loss) for index, loss in enumerate(losses))
    return Curve("accuracy", 0.95, steps, tuple((300 * (index + 1), score) for index, score in enumerate(scores)))


def report(*verdicts: Verdict, **changes: object) -> Report:
    fields = {"exercise": "cnn_mnist_channels", "title": TITLE, "submission": "answer.py", "provenance": provenance()}
    return Report(**{**fields, "verdicts": verdicts, **changes})  # type: ignore[arg-type]


def rows(*, wrong: int = 2, count: int = 6) -> tuple[ShapeRow, ...]:
    good = [
        ShapeRow(f"layer{index}", "Conv2d(1, 32, 3, padding=1)", "(N, 32, 28, 28)", "(N, 32, 28, 28)")
        for index in range(count)
    ]
    good[wrong] = ShapeRow(f"layer{wrong}", "Conv2d(16, 64, 3, stride=2, padding=1)", None, "(N, 64, 14, 14)", ok=False)
    return tuple(good)


def all_passed() -> Report:
    return report(
        Verdict("layers", Outcome.PASSED, 30, 30, (said("5 layers as described", severity="note"),), claimed=True),
        Verdict("shapes", Outcome.PASSED, 10, 10, shapes=rows()[:2]),
        Verdict("training", Outcome.PASSED, 60, 60, curve=curve(0.9431, 0.9712)),
    )


def failed_layers() -> Report:
    place = Location("answer.py", 17)
    wrong = said(
        "`layer3` takes 32 channels, but `layer2` gives 64.", place=place, hint="Make in_channels equal to 64."
    )
    return report(
        Verdict("layers", Outcome.FAILED, 20, 30, (wrong,), claimed=True),
        Verdict("shapes", Outcome.FAILED, 2.5, 10, shapes=rows()),
        Verdict(
            "forward", Outcome.ERROR, 0, 20, (said("forward raised RuntimeError\nat the second layer", place=place),)
        ),
        Verdict("training", Outcome.SKIPPED, 0, 40, (said("needs `forward`"),)),
        findings=(said("a learning rate of 10 is large", severity="warning", place=Location("lab.ipynb", 2, 3)),),
    )


def provisional() -> Report:
    training = Verdict("training", Outcome.PASSED, 60, 60, provisional=True, curve=curve(0.94, 0.96))
    return report(training, provenance=provenance(DIGITS))


def ungraded() -> Report:
    return report(
        Verdict("layers", Outcome.PASSED, 40, 40),
        Verdict("training", Outcome.UNGRADED, 0, 60, (said("MNIST is not here"),)),
        provenance=provenance(None),
    )


def diverged() -> Report:
    falling = curve(0.098, math.nan, losses=(2.3, math.inf, math.nan))
    findings = (said("the loss became nan at step 201", hint="Lower the learning rate."),)
    return report(Verdict("training", Outcome.FAILED, 0, 60, findings, curve=falling, details={"last": math.nan}))


def hangul() -> Report:
    place = Location("과제/답안.py", 3)
    return report(
        Verdict(
            "layers",
            Outcome.FAILED,
            0,
            30,
            (said("첫번째층의 출력이 32가 아니라 16입니다.", place=place, hint="출력 채널을 보세요."),),
        ),
        submission="과제/답안.py",
    )


HOSTILE = "\x1b[2J[bold red]x[/]\nPASS layers 30/30\n::error::x\u202e\x9b31m\u200b\ud800 " + "A" * 9000


def hostile() -> Report:
    finding = said(HOSTILE, place=Location(HOSTILE, 1), hint=HOSTILE)
    row = ShapeRow(HOSTILE, HOSTILE, HOSTILE, HOSTILE, ok=False)
    verdict = Verdict("layers", Outcome.FAILED, 0, 30, (finding,), shapes=(row,))
    return report(verdict, submission=HOSTILE, exercise=HOSTILE, findings=(finding,))


ALL = [all_passed, failed_layers, provisional, ungraded, diverged, hangul, hostile]
