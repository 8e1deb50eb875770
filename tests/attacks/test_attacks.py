"""Every attack at every level: no point gained, nothing read, written or left, nobody else disturbed, in time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from arena import Arena
from attack_files import Attack, attacks, compose
from attack_world import COURSE
from watched import Record, Watched, await_rest, processes_of

from grader.evidence.frames import Frame
from grader.exercises import Exercise
from grader.grading import Options, grade
from grader.reports import Report
from grader.reports.json_report import to_json
from grader.reports.notebook_page import render_page
from grader.reports.plain import render_plain
from grader.sandbox import Limits, Sandbox
from grader.submissions import SubmissionFile

LEVELS = [pytest.param(level, marks=getattr(pytest.mark, f"level_{level}")) for level in "ABC"]
SPARE_SECONDS = 1.0
EVERY = 8  # so many attacks share one whole grading of a neighbour and of the next in line
RIGHT = (COURSE / "solutions" / "tiny.py").read_bytes()
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
TAG = re.compile(r"<(script|img|svg)", re.IGNORECASE)

CourseExercise = Callable[[str], Exercise]


@pytest.mark.parametrize("attack", [each for each in attacks() if each.everyday], ids=lambda attack: attack.name)
def test_an_attack_comes_to_nothing(attack: Attack, arenas: Callable[[str], Arena], course: CourseExercise) -> None:
    _assail(arenas("auto"), attack, course)


@pytest.mark.slow
@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
@pytest.mark.parametrize("level", LEVELS)
def test_an_attack_comes_to_nothing_at_any_level(
    attack: Attack, level: str, arenas: Callable[[str], Arena], course: CourseExercise
) -> None:
    _assail(arenas(level), attack, course)


@dataclass
class Outcome:
    """What one attack came to."""

    report: Report
    records: list[Record]
    seconds: float


def _assail(arena: Arena, attack: Attack, course: CourseExercise) -> None:
    if attack.harmful and not arena.sandbox.isolation.strict:
        pytest.skip("would harm this machine: there is no isolation here")
    in_full = arena.graded % EVERY == 0
    arena.graded += 1
    if arena.graded == 1:
        _require_load(arena.sandbox)
        await_rest(arena.folder)
    snapshot, folders, processes = arena.world.snapshot(), _folders(arena), processes_of(arena.folder)
    neighbour = Neighbour(arena, course("tiny_patient"))
    if in_full:
        neighbour.start()
    outcome = _grade(arena, attack, course(attack.exercise))
    if in_full:
        neighbour.require_full_marks()
    _require_that_it_acted(attack, outcome)
    _require_nothing_gained(attack, outcome.report)
    _require_nothing_told(arena, outcome)
    _require_in_time(attack, outcome, course(attack.exercise))
    _require_nothing_left(arena, folders, processes)
    assert _changes(snapshot, arena.world.snapshot()) == {}
    _require_load(arena.sandbox)


def _grade(arena: Arena, attack: Attack, exercise: Exercise) -> Outcome:
    watched, started = Watched(arena.sandbox), time.monotonic()
    name = "answer.ipynb" if attack.notebook else "answer.py"
    kind = "ipynb" if attack.notebook else "py"
    submission = SubmissionFile(Path("/home/student", name), name, kind, compose(attack, arena.world.told()))
    report = grade(submission, exercise, Options(device="cpu", seed=1), sandbox=watched)
    return Outcome(report, watched.records, time.monotonic() - started)


def _require_that_it_acted(attack: Attack, outcome: Outcome) -> None:
    if attack.announced:
        assert "ACTING" in outcome.records[0].printed, render_plain(outcome.report)
    assert "NameError" not in to_json(outcome.report)  # a part of the attack was left out


def _require_nothing_gained(attack: Attack, report: Report) -> None:
    assert report.points <= attack.deserves, render_plain(report)
    if not attack.may_be_ungraded:
        assert report.ungraded_points == 0, render_plain(report)  # the answer's fault, and nobody else's


def _require_nothing_told(arena: Arena, outcome: Outcome) -> None:
    plain = [render_plain(outcome.report, language) for language in ("en", "ko")]
    page = render_page(outcome.report)
    shown = "\n".join([*plain, page, to_json(outcome.report), repr(outcome.report)])
    for word in (arena.world.secret, "LOOT", "HIDDEN"):
        assert word not in shown
    for record in outcome.records:
        assert arena.world.secret not in record.printed and "LOOT" not in record.printed, _lines_with_loot(
            record.printed
        )
        assert len(record.printed) <= record.limits.output_bytes
    assert arena.world.heard() == b""
    assert arena.world.alive()
    assert not TAG.search(page)
    for text in plain:
        assert not STEERING.search(text) and not COMMAND.search(text), text
        assert len(re.findall("^TOTAL ", text, re.MULTILINE)) == 1


def _require_in_time(attack: Attack, outcome: Outcome, exercise: Exercise) -> None:
    assert max(record.overrun for record in outcome.records) <= SPARE_SECONDS
    assert max(record.closing_seconds for record in outcome.records) <= SPARE_SECONDS
    if attack.notebook:  # its answer is given as long as all cells together; then there is the rest to be graded
        assert outcome.seconds <= exercise.rubric.total_seconds + 2 * SPARE_SECONDS


def _require_nothing_left(arena: Arena, folders: set[str], processes: set[int]) -> None:
    deadline = time.monotonic() + SPARE_SECONDS
    while (left := processes_of(arena.folder) - processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left
    assert _folders(arena) == folders
    assert arena.world.left_in_memory() == []


def _folders(arena: Arena) -> set[str]:
    return {str(path) for path in arena.folder.glob("*/*")}


def _changes(before: dict[str, tuple[int, int, int]], after: dict[str, tuple[int, int, int]]) -> dict[str, object]:
    paths = before.keys() | after.keys()
    return {path: (before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)}


def _lines_with_loot(text: str) -> list[str]:
    return [line for line in text.splitlines() if "LOOT" in line][:5]


class Neighbour:
    """Somebody else's right answer, graded at the same time in the same sandbox."""

    def __init__(self, arena: Arena, exercise: Exercise) -> None:
        self._arena = arena
        self._exercise = exercise
        self._report: Report | None = None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def require_full_marks(self) -> None:
        """Both the neighbour beside the attack and the next one after it get what they deserve."""
        self._thread.join()
        assert self._report is not None and self._report.points == 100, self._report and render_plain(self._report)
        self._run()
        assert self._report.points == 100, render_plain(self._report)

    def _run(self) -> None:
        submission = SubmissionFile(Path("/home/neighbour/answer.py"), "answer.py", "py", RIGHT)
        self._report = grade(submission, self._exercise, Options(device="cpu", seed=1), sandbox=self._arena.sandbox)


def _require_load(sandbox: Sandbox) -> None:
    """The next answer in line loads."""
    body = {"request": "load", "name": "answer.py", "target": "Tiny", "run": "needed", "data_root": None}
    with sandbox.start("student", Limits(wall_seconds=20)) as child:
        answer = child.ask(Frame(body, {"source": np.frombuffer(RIGHT, np.uint8)}))
    assert answer.body["defined"] is True
