"""The controller's end of one child process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.errors import ChildFailed, ChildTimeout, ProtocolError
from grader.evidence.frames import HEADER, MAX_JSON_BYTES, MAX_TENSOR_BYTES, Frame, decode, encode
from grader.sandbox import processes
from grader.sandbox.endings import failure
from grader.sandbox.orders import Ending
from grader.sandbox.removal import remove
from grader.sandbox.seam import Limits, Usage

STARTUP_SECONDS = 120.0  # a cold disk may take long to read torch; nothing of the child's own runs meanwhile
CLOSE_SECONDS = 3.0
CHUNK = 1 << 20


class ProcessChild:
    """A child forked by a zygote: its channel, its output and the line to its monitor.

    One thread does everything: whoever waits for the channel also empties the output pipe and listens to the monitor.
    Descriptors that a child attaches to an answer are never accepted.
    """

    def __init__(
        self,
        channel: socket.socket,
        output: int,
        control: socket.socket,
        *,
        limits: Limits,
        scratch: Path,
        why_lost: Callable[[], str],
    ) -> None:
        self.usage = Usage()
        self._channel = channel
        self._output = output
        self._control = control
        self.limits = limits
        self._scratch = scratch
        self._why_lost = why_lost
        self._created = time.monotonic()
        self._started: float | None = None
        self._monitor: int | None = None
        self._ending: Ending | None = None
        self._lost = False  # the monitor's line broke without an ending
        self._closed = False
        self._lines = b""
        self._printed = bytearray()
        for end in (channel, control):
            end.setblocking(False)
        os.set_blocking(output, False)

    def send(self, frame: Frame, files: tuple[int, ...] = ()) -> None:
        """Send a request. Raises ChildFailed (or a subclass) when the child is gone or does not take it in time."""
        self._require_open()
        data = memoryview(encode(frame))
        asked = time.monotonic()
        while data:
            try:
                if files:
                    sent = socket.send_fds(self._channel, [data[: HEADER.size]], list(files))
                    files = ()
                else:
                    sent = self._channel.send(data[:CHUNK])
                data = data[sent:]
            except BlockingIOError:
                self._wait(select.POLLOUT, asked, self.limits.wall_seconds)
            except OSError:
                raise self._hung_up() from None

    def receive(self, wall_seconds: float | None = None) -> Frame:
        """The next answer, whole, before the deadline. The child is ended when it does not come."""
        self._require_open()
        asked, wall = time.monotonic(), self.limits.wall_seconds if wall_seconds is None else wall_seconds
        try:
            json_bytes, tensor_bytes = HEADER.unpack(self._read(HEADER.size, asked, wall))
            if json_bytes > MAX_JSON_BYTES or tensor_bytes > MAX_TENSOR_BYTES:
                raise ProtocolError("sandbox.frame_too_large", json_bytes=json_bytes, tensor_bytes=tensor_bytes)
            return decode(self._read(json_bytes, asked, wall), self._read(tensor_bytes, asked, wall))
        except ProtocolError:
            self.close()
            raise

    def ask(self, frame: Frame, files: tuple[int, ...] = (), wall_seconds: float | None = None) -> Frame:
        """The answer to one request."""
        self.send(frame, files)
        return self.receive(wall_seconds)

    def output(self) -> str:
        """What it printed so far, capped."""
        if not self._closed:
            self._drain_output()
        return self._printed.decode("utf-8", "replace")

    def close(self) -> None:
        """End the whole process tree and remove the scratch folder; idempotent."""
        if self._closed:
            return
        self._closed = True
        self._read_control()
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        if self._monitor is not None:  # else nothing of it runs, nor ever will
            self._await_ending(CLOSE_SECONDS)
            if self._ending is None and not self._lost:  # something stopped the monitor: its tree is ended from here
                processes.kill_below(self._monitor, root_too=True)
        self._drain_output()
        self._channel.close()
        self._control.close()
        os.close(self._output)
        remove(self._scratch)

    def __enter__(self) -> ProcessChild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require_open(self) -> None:
        if self._closed:
            raise ChildFailed("sandbox.child_closed", ours=True)

    def _read(self, size: int, asked: float, wall: float) -> bytes:
        buffer = bytearray()
        while len(buffer) < size:
            try:
                chunk = self._channel.recv(min(size - len(buffer), CHUNK))
            except BlockingIOError:
                self._wait(select.POLLIN, asked, wall)
                continue
            except OSError:
                chunk = b""
            if not chunk:
                raise self._hung_up()
            buffer += chunk
            if self._remaining(asked, wall) <= 0:
                raise self._timed_out(wall)
        return bytes(buffer)

    def _wait(self, event: int, asked: float, wall: float) -> None:
        """Wait until the channel is ready, serving output and monitor meanwhile. Raises what ends the wait."""
        if self._ending is not None or self._lost:
            raise self._failure()
        remaining = self._remaining(asked, wall)
        if remaining <= 0:
            raise self._timed_out(wall)
        poll = select.poll()
        poll.register(self._channel, event)
        poll.register(self._control, select.POLLIN)
        poll.register(self._output, select.POLLIN)
        ready = dict(poll.poll(remaining * 1000 + 1))
        if ready.get(self._output):
            self._drain_output()
            if ready[self._output] & select.POLLHUP and len(ready) == 1:
                time.sleep(0.001)  # the child closed its output: poll would return at once, again and again
        if self._control.fileno() in ready:
            self._read_control()

    def _remaining(self, asked: float, wall: float) -> float:
        now = time.monotonic()
        if self._started is None:
            return self._created + STARTUP_SECONDS - now
        return max(asked, self._started) + wall - now

    def _drain_output(self) -> None:
        """Take what the pipe holds now, keep what the limit allows. Bounded: the child may write faster than we read."""
        for _ in range(64):
            try:
                chunk = os.read(self._output, 1 << 16)
            except OSError:
                return
            if not chunk:
                return
            self._printed += chunk[: self.limits.output_bytes - len(self._printed)]

    def _read_control(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while not self._lost and self._ending is None:
                try:
                    chunk = self._control.recv(1 << 16)
                except ConnectionError:
                    chunk = b""
                self._lost = not chunk
                self._lines += chunk
                *complete, self._lines = self._lines.split(b"\n")
                for line in complete:
                    self._note(json.loads(line))

    def _note(self, fact: dict[str, Any]) -> None:
        if "monitor" in fact:
            self._monitor = fact["monitor"]
            return
        if "started" in fact:
            self._started = time.monotonic()
            return
        self._ending = Ending(**fact)
        self.usage = Usage(self._ending.cpu_seconds, self._ending.peak_memory_bytes)

    def _await_ending(self, wall_seconds: float) -> None:
        deadline = time.monotonic() + wall_seconds
        while self._ending is None and not self._lost and time.monotonic() < deadline:
            poll = select.poll()
            poll.register(self._control, select.POLLIN)
            poll.poll(10)
            self._read_control()
            self._drain_output()

    def _hung_up(self) -> ChildFailed:
        """Why the channel is at its end: the monitor knows more a moment later."""
        self._await_ending(1.0)
        return self._failure()

    def _timed_out(self, wall: float) -> ChildFailed:
        started = self._started is not None
        self.close()
        if not started:
            return ChildFailed("sandbox.child_startup", ours=True, reason=self._why_lost())
        return ChildTimeout("sandbox.timeout", seconds=round(wall, 1))

    def _failure(self) -> ChildFailed:
        ending = self._ending
        self.close()
        if ending is None:
            if self._started is not None and not self._lost:
                return ChildFailed("sandbox.hung_up")
            return ChildFailed("sandbox.child_lost", ours=True, reason=self._why_lost())
        return failure(ending, self.limits, self.output())
