"""The seam: what the rest of grader sees of isolated processes. Implemented for real in `process_sandbox.py`, faked in `fake.py`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol

from typing_extensions import Self

from grader.evidence.frames import Frame
from grader.sandbox.isolation.levels import Isolation

Role = Literal["student", "evaluator"]


@dataclass(frozen=True)
class Limits:
    """What one child, with everything it starts, may use.

    `wall_seconds` bounds each single answer, from the request or, for the first one, from the moment the child runs.
    `memory_bytes` counts what the child allocates itself, beyond the interpreter and torch. Output past `output_bytes`
    is thrown away and harms nobody; `file_bytes` is the size of one file, `disk_bytes` of all together. `processes` counts
    threads too.
    """

    wall_seconds: float = 60.0
    cpu_seconds: int = 120
    memory_bytes: int = 4 * 2**30
    processes: int = 64
    output_bytes: int = 256 * 2**10
    file_bytes: int = 256 * 2**20
    disk_bytes: int = 512 * 2**20


@dataclass(frozen=True)
class Usage:
    """What a child used, known once it has ended. `peak_memory_bytes` includes the pages it shares with its zygote."""

    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0


class Child(Protocol):
    """One isolated process that answers frames."""

    @property
    def limits(self) -> Limits:
        """What it may use."""

    @property
    def usage(self) -> Usage:
        """What it used; zeros while it runs."""

    def send(self, frame: Frame, files: tuple[int, ...] = ()) -> None:
        """Send a request; `files` are open descriptors that the child receives with it.

        Raises:
            ChildFailed: the child is gone. Its subclasses say why, as for `receive`.
        """

    def receive(self, wall_seconds: float | None = None) -> Frame:
        """The next answer, whole, within `wall_seconds` (the limit's when None). A child that fails here is ended.

        Raises:
            ChildTimeout: the time was used up.
            LimitExceeded: the child died of a limit, e.g. ``error.limit == "memory"``.
            ChildFailed: it ended for another reason; ``error.ours`` tells whether that is the grader's fault.
            ProtocolError: what it sent is no frame.
        """

    def ask(self, frame: Frame, files: tuple[int, ...] = (), wall_seconds: float | None = None) -> Frame:
        """The answer to one request. Raises what `send` and `receive` raise."""

    def output(self) -> str:
        """What it printed so far, stdout and stderr together, at most ``limits.output_bytes`` of it."""

    def close(self) -> None:
        """End the child and every process it started; idempotent."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Sandbox(Protocol):
    """Where children come from."""

    @property
    def isolation(self) -> Isolation:
        """What stands between a child and this machine, for the report."""

    def start(
        self,
        role: Role,
        limits: Limits = ...,
        *,
        readable: tuple[Path, ...] = (),
        preloads: tuple[str, ...] = (),
        device: str = "cpu",
        threads: int = 1,
    ) -> Child:
        """A child, at once: it may still be starting and requests to it queue.

        `readable` are paths that it may read beside Python and its packages, and `preloads` packages that it finds
        imported, beside torch: each set of them has a zygote of its own, started when first asked for.

        Raises:
            SandboxUnavailable: no process could be started.
        """

    def close(self) -> None:
        """End all children and what serves them; idempotent."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
