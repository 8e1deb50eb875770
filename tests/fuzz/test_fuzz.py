"""A short run of every target; `python -m tests.fuzz` runs as long as one likes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest
from captures import FEW
from fuzzing import Outcome, Target, fuzz
from target_archives import Archives
from target_frames import Frames
from target_graphs import Graphs
from targets import TARGETS


def test_frames_are_read_or_refused(tmp_path: Path) -> None:
    """Decoded, read as claims, received over sockets by both ends that the grader has."""
    with Frames(FEW) as target:
        outcome = fuzz(target, 1, count=150, folder=tmp_path)
    assert not outcome.failures, told(outcome)
    assert outcome.words["refused"] and outcome.words["claim"]


def test_graphs_are_refused_or_affordable(tmp_path: Path) -> None:
    """Gate and budget raise nothing but refusals."""
    target = Graphs(FEW)
    outcome = fuzz(target, 1, count=150, folder=tmp_path)
    assert not outcome.failures, told(outcome)
    assert outcome.words["refused"] and outcome.words["accepted"] and outcome.words["costly"]


@pytest.mark.slow
def test_what_is_accepted_runs_in_an_evaluator(tmp_path: Path) -> None:
    """To an answer or to the end of that child; sizes are those foreseen, and no limit is met."""
    with Graphs() as target:
        outcome = fuzz(target, 2, count=150, folder=tmp_path)
    assert not outcome.failures, told(outcome)
    assert outcome.words["ran"]


@pytest.mark.filterwarnings("ignore:Duplicate name")  # from the module that writes the archives
def test_archives_stay_in_their_folder(tmp_path: Path) -> None:
    """Nothing beside it is touched, and nothing in it is a link."""
    with Archives() as target:
        outcome = fuzz(target, 1, count=200, folder=tmp_path)
    assert not outcome.failures, told(outcome)
    assert outcome.words["refused"] and outcome.words["taken"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("make", [partial(Frames, FEW), partial(Graphs, FEW), Archives], ids=list(TARGETS))
def test_a_seed_draws_the_same_cases_again(make: Callable[[], Target]) -> None:
    """So that a seed and a number name a case."""
    first, second = ([make().draw(Random(f"7/{case}")) for case in range(10)] for _ in range(2))
    assert first == second


class Broken(Frames):
    """A target with a fault."""

    def check(self, data: bytes) -> str:
        raise ZeroDivisionError


def test_a_failing_case_is_kept_in_a_file(tmp_path: Path) -> None:
    """With what it raised beside it, and it is counted and named."""
    outcome = fuzz(Broken(FEW), 3, count=2, folder=tmp_path)
    assert [path.name for path in outcome.failures] == ["broken-3-0.bin", "broken-3-1.bin"]
    assert outcome.failures[0].read_bytes() == Frames(FEW).draw(Random("3/0"))
    assert "ZeroDivisionError" in outcome.failures[0].with_suffix(".txt").read_text()
    assert "seed 3, 2 cases" in str(outcome) and "2 failures" in str(outcome)


def told(outcome: Outcome) -> str:
    """The traces of what failed."""
    return "\n".join(path.with_suffix(".txt").read_text() for path in outcome.failures)
