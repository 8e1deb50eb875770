"""What went wrong, or was left out, while a whole notebook ran: in which cell, and in which line of it."""

from __future__ import annotations

import re
from types import FrameType
from typing import Any

from grader.messages import Message
from grader.student.faults import hint_for
from grader.student.source import Cell, Source
from grader.verdict import Finding, Location

MAX_FRAMES = 12
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"(?:Cell|Input) In ?\[(\d+)\](?:, line (\d+))?")
_ARROW = re.compile(r"^-+> (\d+)", re.MULTILINE)


def cell_failed(error: Any, cell: Cell, source: Source, counts: dict[int, Cell]) -> Finding:
    """nbclient's error, with the deepest line that lies in the notebook, which may be in an earlier cell's function.

    `counts` are the cells by IPython's execution count.
    """
    where, line = cell, None
    frames = []
    trace = _ANSI.sub("", str(error.traceback))
    for match in _FRAME.finditer(trace):
        where = counts.get(int(match[1]), cell)
        arrow = _ARROW.search(trace, match.end())
        line = int(match[2]) if match[2] else int(arrow[1]) if arrow else None
        code = where.lines[line - 1].strip()[:200] if line and line <= len(where.lines) else ""
        frames.append(f"{source.file_of(where.number)}:{line}: {code}")
    text = str(error.evalue).strip()[:1_000]
    args = {"cell": cell.number or 1, "type": error.ename, "text": text, "frames": frames[-MAX_FRAMES:]}
    return Finding(
        Message("source.cell_failed", args), hint_for(error.ename, text, trace), source.at(where.number, line)
    )


def timed_out(
    cell: Cell, source: Source, frame: FrameType | None, of_cell: float | None, of_all: float | None
) -> Finding:
    """A cell that used up its own time or that of the whole notebook, at the line where `frame` stands."""
    where = _location(frame, source) or source.at(cell.number, None)
    kind, seconds = ("cell_timeout", of_cell) if of_cell is not None else ("notebook_timeout", of_all)
    message = Message(f"source.{kind}", {"cell": cell.number or 1, "seconds": round(seconds or 0.0, 1)})
    return Finding(message, Message(f"source.{kind}_hint"), where)


def skipped(said: Message, cell: int, source: Source) -> Finding:
    """A shell command that was not run."""
    return Finding(said, None, source.at(cell, None), "note")


def clipped(cell: int, source: Source) -> Finding:
    """A cell that printed more than is kept."""
    return Finding(Message("source.output_clipped", {"cell": cell}), None, source.at(cell, None), "note")


def _location(frame: FrameType | None, source: Source) -> Location | None:
    """The innermost line of the notebook that is running."""
    while frame is not None:
        found = source.location(frame.f_code.co_filename, frame.f_lineno)
        if found is not None:
            return found
        frame = frame.f_back
    return None
