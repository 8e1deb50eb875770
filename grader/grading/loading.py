"""Waiting until a submission has loaded. A notebook that runs whole says before each cell which one comes.

The child keeps the time limits itself and can then name the line. A cell that holds the interpreter, or ends the process,
leaves it no chance: then the cell that was announced last is named here.
"""

from __future__ import annotations

import time
from dataclasses import replace

from grader.errors import ChildFailed, ChildTimeout
from grader.evidence.frames import Frame
from grader.grading.faults import StageFailed, fault_of
from grader.judging.case import Fault
from grader.messages import message
from grader.rubric import Rubric
from grader.sandbox import Child
from grader.verdict import Location, Outcome

STARTUP_SECONDS = 30.0
GRACE_SECONDS = 1.0  # for the child to interrupt a cell and to say so itself
MAX_CELL = 100_000


def ask_to_load(child: Child, request: Frame, rubric: Rubric, name: str) -> Frame:
    """The answer to a ``load`` request on the submission called `name`.

    Raises:
        StageFailed: a cell of a notebook used up its time, or the child ended while it ran. The fault names the cell.
        ChildFailed: the child ended, or was too slow, otherwise.
    """
    child.send(request)
    if rubric.run != "all":
        return child.receive()
    cell, left, deadline = None, rubric.total_seconds + STARTUP_SECONDS, 0.0
    wall_seconds = left
    while True:
        try:
            if wall_seconds <= 0:  # a child that announces cell after cell gets no more time for that
                raise ChildTimeout("sandbox.timeout", seconds=rubric.total_seconds)
            answer = child.receive(wall_seconds)
        except ChildFailed as error:
            if cell is None or error.ours:
                raise
            raise StageFailed(_in_cell(error, cell, rubric, name, whole=left < rubric.cell_seconds)) from None
        announced = _cell(answer)
        if announced is None:
            return answer
        if cell is None:
            deadline = time.monotonic() + rubric.total_seconds
        cell, left = announced, deadline - time.monotonic()
        wall_seconds = min(rubric.cell_seconds, left) + GRACE_SECONDS


def _cell(answer: Frame) -> int | None:
    """The number of the cell that comes next; None for an answer that is the last one."""
    cell = answer.body.get("cell")
    return cell if isinstance(cell, int) and 0 < cell < MAX_CELL else None


def _in_cell(error: ChildFailed, cell: int, rubric: Rubric, name: str, *, whole: bool) -> Fault:
    """`whole`: it was the time of the whole notebook that ran out first."""
    where = Location(name, None, cell)
    if isinstance(error, ChildTimeout):
        kind, seconds = ("notebook", rubric.total_seconds) if whole else ("cell", rubric.cell_seconds)
        text = message(f"source.{kind}_timeout", cell=cell, seconds=round(seconds, 1))
        return Fault(Outcome.TIMEOUT, text, where)
    fault = fault_of(error)
    return replace(fault, message=message("judging.in_cell", cell=cell, reason=fault.message), location=where)
