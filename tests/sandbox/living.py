"""Limits for tests, and whether processes live."""

from __future__ import annotations

import time
from pathlib import Path

from grader.sandbox import Limits, processes

SMALL = Limits(
    wall_seconds=30.0,
    cpu_seconds=20,
    memory_bytes=256 * 2**20,
    processes=16,
    output_bytes=1000,
    file_bytes=8 * 2**20,
)


def running(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone(*pids: int, wall_seconds: float = 10.0) -> bool:
    """Whether all these processes end within the time."""
    deadline = time.monotonic() + wall_seconds
    while any(running(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def outside(pid: int, below: int) -> int:
    """The id that this machine gives to the process that calls itself `pid` in a namespace of its own."""
    queue = processes.descendants(below)
    for found in queue:
        names = Path(f"/proc/{found}/status").read_text().partition("NSpid:")[2].splitlines()[0].split()
        if int(names[-1]) == pid:
            return found
    raise LookupError(pid)
