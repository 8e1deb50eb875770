"""`DataLoader(num_workers=2)` where no process may be started: served by the one that is there, and said so.

The sandbox says whether processes may be started, in the environment. Not covered: other ways to start one; they fail with
PermissionError, which has a hint of its own.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from typing import Any

from grader.messages import Message
from grader.student.source import Source
from grader.verdict import Finding

CAN_FORK = "GRADER_CAN_FORK"
MAX_NOTES = 20
# Arguments of a DataLoader that need workers: with none it refuses most of them.
_OF_WORKERS = ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout", "worker_init_fn")


def serve_without_workers(source: Source) -> list[Finding]:
    """Make every DataLoader of this process work without workers, if need be. The list grows by a note for each."""
    notes: list[Finding] = []
    if os.environ.get(CAN_FORK) != "0":
        return notes
    from torch.utils.data import DataLoader

    original = DataLoader.__init__
    signature = inspect.signature(original)

    @functools.wraps(original)
    def alone(self: Any, *args: Any, **options: Any) -> None:
        arguments = signature.bind(self, *args, **options).arguments
        wanted = arguments.pop("num_workers", 0)
        if wanted:
            for name in _OF_WORKERS:
                arguments.pop(name, None)
            _note(notes, wanted, source)
        original(**arguments)

    DataLoader.__init__ = alone  # type: ignore[method-assign]
    return notes


def _note(notes: list[Finding], wanted: object, source: Source) -> None:
    frame = sys._getframe(2)
    where = source.location(frame.f_code.co_filename, frame.f_lineno)
    note = Finding(Message("source.without_workers", {"workers": str(wanted)[:20]}), None, where, "note")
    if len(notes) < MAX_NOTES and note not in notes:
        notes.append(note)
