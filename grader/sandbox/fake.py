"""A sandbox without processes: each role is a function in a thread. For tests of what stands above the seam."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.errors import ChildFailed, ChildTimeout
from grader.evidence.frames import Channel, Frame
from grader.sandbox.isolation.levels import Isolation
from grader.sandbox.seam import Limits, Role, Usage

Serve = Callable[[Channel], None]


class FakeChild:
    """A `serve` function in a thread. It cannot be killed, has no limits but the wall clock, and prints nowhere."""

    def __init__(self, serve: Serve, limits: Limits) -> None:
        self.usage = Usage()
        self.limits = limits
        mine, theirs = socket.socketpair()
        self._channel = Channel(mine)
        threading.Thread(target=_run, args=(serve, Channel(theirs)), daemon=True).start()

    def send(self, frame: Frame, files: tuple[int, ...] = ()) -> None:
        """Send a request."""
        try:
            self._channel.send(frame, files)
        except OSError:
            raise ChildFailed("sandbox.child_exit", status=1) from None

    def receive(self, wall_seconds: float | None = None) -> Frame:
        """The next answer."""
        seconds = self.limits.wall_seconds if wall_seconds is None else wall_seconds
        try:
            self._channel.socket.settimeout(seconds)
            return self._channel.receive()
        except TimeoutError:
            raise ChildTimeout("sandbox.timeout", seconds=seconds) from None
        except (EOFError, OSError):
            raise ChildFailed("sandbox.child_exit", status=1) from None

    def ask(self, frame: Frame, files: tuple[int, ...] = (), wall_seconds: float | None = None) -> Frame:
        """The answer to one request."""
        self.send(frame, files)
        return self.receive(wall_seconds)

    def output(self) -> str:
        """Nothing."""
        return ""

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def __enter__(self) -> FakeChild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FakeSandbox:
    """Hands out `FakeChild`s."""

    def __init__(self, roles: Mapping[Role, Serve]) -> None:
        self.isolation = Isolation("none")
        self._roles = roles

    def start(
        self,
        role: Role,
        limits: Limits | None = None,
        *,
        readable: tuple[Path, ...] = (),
        preloads: tuple[str, ...] = (),
        device: str = "cpu",
        threads: int = 1,
    ) -> FakeChild:
        """A child."""
        return FakeChild(self._roles[role], limits or Limits())

    def close(self) -> None:
        """Nothing to do."""

    def __enter__(self) -> FakeSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _run(serve: Serve, channel: Channel) -> None:
    try:
        serve(channel)
    except Exception:  # the controller sees a child that ended, as it would a process
        return
    finally:
        channel.close()
