"""Process trees, read from /proc: who descends from whom, what they use, and how to end them all.

Not covered: systems without /proc, where only the child's own session is killed and nobody counts its memory.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measure:
    """What one process uses now. Memory is what it allocated: pages of files (libraries, mapped data) do not count."""

    cpu_seconds: float
    memory_bytes: int
    tasks: int = 1


def children(pid: int) -> list[int]:
    """The living and dead children of a process; empty when it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.scandir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError), open(f"{task.path}/children") as file:
                found += [int(word) for word in file.read().split()]
    return found


def descendants(root: int) -> list[int]:
    """All below `root`, parents before children. Processes that have died and wait for their parent are left out."""
    found: list[int] = []
    queue = children(root)
    while queue:
        pid = queue.pop(0)
        below = children(pid)
        if below or alive(pid):
            found.append(pid)
            queue += below
    return found


def alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    fields = _stat(pid)
    return fields is not None and fields[0] not in "ZX"


def measure(pid: int) -> Measure | None:
    """What the process uses; None when it is gone."""
    fields = _stat(pid)
    memory = allocated_bytes(pid)
    if fields is None or memory is None:
        return None
    return Measure((int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND, memory, int(fields[17]))


def allocated_bytes(pid: int | str) -> int | None:
    """Resident anonymous and shared memory of a process; None when it is gone."""
    return _status_sum(pid, "RssAnon:", "RssShmem:")


def data_bytes() -> int | None:
    """What counts against RLIMIT_DATA in this process; None where the system does not say."""
    return _status_sum("self", "VmData:")


def folder_bytes(folder: str, entries: int = 20_000) -> int:
    """Disk that a folder's files take up; looked at up to so many entries, a folder with more counts as full."""
    total, seen, queue = 0, 0, [folder] if folder else []
    while queue:
        with contextlib.suppress(OSError), os.scandir(queue.pop()) as found:
            for entry in found:
                seen += 1
                if seen > entries:
                    return 2**62
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        queue.append(entry.path)
    return total


def task_count() -> int:
    """How many threads this process has; 1 where the system does not say."""
    try:
        return sum(1 for _ in os.scandir("/proc/self/task"))
    except OSError:
        return 1


def user_task_count(uid: int) -> int:
    """How many threads run under a user id, which is what RLIMIT_NPROC counts."""
    total = 0
    for entry in os.scandir(PROC):
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == uid:
                total += sum(1 for _ in os.scandir(f"{entry.path}/task"))
    return total


def kill_below(
    root: int,
    *,
    root_too: bool = False,
    spare: frozenset[int] = frozenset(),
    reap: Callable[[], None] | None = None,
    wall_seconds: float = 5.0,
) -> bool:
    """Kill every descendant of `root` outside `spare`'s trees; whether none is left.

    All are stopped before any is killed: otherwise a process that forks faster than we look would always be ahead.
    """
    deadline = time.monotonic() + wall_seconds
    if root_too:
        _signal_all([root], signal.SIGSTOP)
    while victims := _outside(root, spare):
        stopped: set[int] = set()
        while new := [pid for pid in victims if pid not in stopped]:
            _signal_all(new, signal.SIGSTOP)
            stopped.update(new)
            victims = _outside(root, spare)
        _signal_all(stopped, signal.SIGKILL)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
        if reap:
            reap()
    if root_too:
        _signal_all([root], signal.SIGKILL)
    return True


def kill_session(leader: int) -> None:
    """Kill a session's first process group: all that can be done where there is no /proc."""
    with contextlib.suppress(OSError):
        os.killpg(leader, signal.SIGKILL)


def _outside(root: int, spare: frozenset[int]) -> list[int]:
    if not spare:
        return descendants(root)
    below = [pid for pid in children(root) if pid not in spare]
    return [pid for pid in below if alive(pid)] + [pid for child in below for pid in descendants(child)]


def _signal_all(pids: list[int] | set[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, number)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on: the name before them may itself hold spaces and brackets."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def _status_sum(pid: int | str, *names: str) -> int | None:
    return sum(_status_values(pid, names)) if (PROC / str(pid)).exists() else None


def _status_values(pid: int | str, names: tuple[str, ...]) -> Iterator[int]:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith(names):
                yield int(line.split()[1]) * 1024
