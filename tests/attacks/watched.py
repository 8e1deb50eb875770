"""A sandbox under observation: it passes everything on and keeps what an attack's child printed and how long it took."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.evidence.frames import Frame
from grader.sandbox import Child, Isolation, Limits, Role, Sandbox, Usage


@dataclass
class Record:
    """What was seen of one student child."""

    limits: Limits
    printed: str = ""
    overrun: float = 0.0  # seconds that its slowest answer took beyond what it was given
    closing_seconds: float = 0.0


@dataclass
class Watched:
    """`sandbox`, with a `Record` of every student child."""

    sandbox: Sandbox
    records: list[Record] = field(default_factory=list)

    @property
    def isolation(self) -> Isolation:
        return self.sandbox.isolation

    def start(self, role: Role, limits: Limits | None = None, **named: Any) -> Child:
        child = self.sandbox.start(role, limits or Limits(), **named)
        if role != "student":
            return child
        self.records.append(Record(limits or Limits()))
        return WatchedChild(child, self.records[-1])

    def close(self) -> None:
        """The sandbox is somebody else's to close."""

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class WatchedChild:
    """A child whose answers are timed."""

    def __init__(self, child: Child, record: Record) -> None:
        self._child = child
        self._record = record

    @property
    def usage(self) -> Usage:
        return self._child.usage

    @property
    def limits(self) -> Limits:
        return self._record.limits

    def send(self, frame: Frame, files: tuple[int, ...] = ()) -> None:
        self._child.send(frame, files)

    def receive(self, wall_seconds: float | None = None) -> Frame:
        started, allowed = time.monotonic(), wall_seconds or self._record.limits.wall_seconds
        try:
            return self._child.receive(wall_seconds)
        finally:
            self._record.overrun = max(self._record.overrun, time.monotonic() - started - allowed)

    def ask(self, frame: Frame, files: tuple[int, ...] = (), wall_seconds: float | None = None) -> Frame:
        self.send(frame, files)
        return self.receive(wall_seconds)

    def output(self) -> str:
        return self._child.output()

    def close(self) -> None:
        started = time.monotonic()
        self._child.close()
        self._record.closing_seconds += time.monotonic() - started
        self._record.printed = self._child.output()

    def __enter__(self) -> WatchedChild:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def processes_of(folder: Path) -> set[int]:
    """Every process on the machine that descends from a zygote whose folder lies in `folder`, wherever it went.

    A forked process keeps its command line, and the zygote's names its folder.
    """
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str(folder).encode() in (entry / "cmdline").read_bytes():
                    found.add(int(entry.name))
            except OSError:
                continue  # it ended while we looked
    return found


def await_rest(folder: Path, wall_seconds: float = 60.0) -> None:
    """Return when the zygotes in `folder` have nothing more to prepare: what they do at their leisure is nobody's time."""
    deadline, before = time.monotonic() + wall_seconds, -1
    while (now := _processor_ticks(processes_of(folder))) != before and time.monotonic() < deadline:
        before = now
        time.sleep(0.5)


def _processor_ticks(pids: set[int]) -> int:
    """Processor time of these processes together, in the kernel's ticks."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks
