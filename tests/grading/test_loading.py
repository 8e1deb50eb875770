"""A notebook that runs whole is waited for cell by cell; what ends the child is put down to the cell that ran."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import ChildTimeout
from grader.evidence.frames import Channel, Frame
from grader.exercises import find_course
from grader.grading.faults import StageFailed
from grader.grading.loading import ask_to_load
from grader.rubric import Rubric
from grader.sandbox.fake import FakeSandbox
from grader.verdict import Outcome

COURSE = Path(__file__).parents[1] / "courses" / "trained"
Serve = Callable[[Channel], None]


@pytest.fixture
def rubric() -> Rubric:
    rubric = find_course(COURSE).exercise("trained_softmax").rubric
    return rubric.model_copy(update={"cell_seconds": 0.2, "total_seconds": 0.5})


def asked(serve: Serve, rubric: Rubric) -> Frame:
    def answering(channel: Channel) -> None:
        channel.receive()
        serve(channel)

    with FakeSandbox({"student": answering}).start("student") as child:
        return ask_to_load(child, Frame({"request": "load"}), rubric, "답안.ipynb")


def announce(channel: Channel, *cells: object) -> None:
    for cell in cells:
        channel.send(Frame({"cell": cell, "seconds": 1e9}))


def test_the_last_answer_is_the_answer(rubric: Rubric) -> None:
    """However many cells were announced before it."""

    def serve(channel: Channel) -> None:
        announce(channel, 1, 2, 7)
        channel.send(Frame({"defined": True}))

    assert asked(serve, rubric).body == {"defined": True}


def test_a_child_that_ends_is_put_down_to_its_cell(rubric: Rubric) -> None:
    """It could not say so itself."""
    with pytest.raises(StageFailed) as failed:
        asked(lambda channel: announce(channel, 1, 3), rubric)
    fault = failed.value.fault
    assert fault.outcome is Outcome.ERROR and str(fault.location) == "답안.ipynb[cell 3]"
    assert fault.message.render("en").startswith("Code cell 3: ") and fault.message.render("ko")


def test_a_cell_that_holds_the_interpreter_is_named_with_its_limit(rubric: Rubric) -> None:
    """The child's own idea of the limit counts for nothing."""

    def serve(channel: Channel) -> None:
        announce(channel, 4)
        with pytest.raises(EOFError):
            channel.receive()

    with pytest.raises(StageFailed) as failed:
        asked(serve, rubric)
    fault = failed.value.fault
    assert fault.outcome is Outcome.TIMEOUT and fault.location is not None and fault.location.cell == 4
    assert fault.message.id == "source.cell_timeout" and fault.message.args == {"cell": 4, "seconds": 0.2}


def test_announcing_for_ever_ends_at_the_deadline_of_the_whole(rubric: Rubric) -> None:
    """No number of cells buys time."""

    def serve(channel: Channel) -> None:
        with pytest.raises(OSError):
            while True:
                announce(channel, 1)

    with pytest.raises(StageFailed) as failed:
        asked(serve, rubric)
    assert failed.value.fault.message.id == "source.notebook_timeout"


def test_before_the_first_cell_nothing_is_blamed_on_one(rubric: Rubric, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting takes its own time."""
    monkeypatch.setattr("grader.grading.loading.STARTUP_SECONDS", 0.0)

    def serve(channel: Channel) -> None:
        with pytest.raises(EOFError):
            channel.receive()

    with pytest.raises(ChildTimeout):
        asked(serve, rubric)


@pytest.mark.parametrize("cell", [0, -1, "1", 10**9, 1.5, None])
def test_what_is_no_cell_is_the_answer(rubric: Rubric, cell: object) -> None:
    """Its form is checked like any other claim's."""
    assert asked(lambda channel: announce(channel, cell), rubric).body["cell"] == cell
