"""Why a child ended, in the words of grader's errors."""

from __future__ import annotations

import signal

from grader.errors import ChildFailed, LimitExceeded
from grader.sandbox.orders import EXIT_FILE, EXIT_MEMORY, Ending
from grader.sandbox.seam import Limits


def failure(ending: Ending, limits: Limits, output: str) -> ChildFailed:
    """The error for a child that ended this way; `output` is what it printed."""
    if not ending.ready:
        return ChildFailed("sandbox.child_startup", ours=True, reason=output[-500:].strip())
    limit, value = _limit(ending, limits)
    if limit is not None:
        return LimitExceeded(f"sandbox.limit_{limit}", limit=limit, value=value, most=_most(limit, limits))
    if ending.signal is not None:
        return ChildFailed("sandbox.child_signal", signal=_signal_name(ending.signal))
    return ChildFailed("sandbox.child_exit", status=ending.exit_status)


def _limit(ending: Ending, limits: Limits) -> tuple[str | None, float]:
    """The limit that the monitor saw broken, else the one that the child itself ran into."""
    if ending.limit is None and ending.exit_status == EXIT_MEMORY:
        return "memory", ending.peak_memory_bytes
    if ending.limit is None and ending.exit_status == EXIT_FILE:
        return "file", limits.file_bytes
    return ending.limit, ending.value


def _most(limit: str, limits: Limits) -> str:
    """The limit itself, for people."""
    if limit in ("memory", "file", "disk"):
        return f"{getattr(limits, f'{limit}_bytes') / 2**20:.0f} MiB"
    return f"{limits.cpu_seconds if limit == 'cpu' else limits.processes}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
