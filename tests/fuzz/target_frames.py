"""Frames: bytes that a child might send, into every place that reads them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
from pathlib import Path
from random import Random

from captures import ALL, frames, split
from mutation import changed_bytes, changed_json

from grader.errors import ChildFailed, ProtocolError
from grader.evidence.claims import CaptureClaim, LoadClaim, read_claim
from grader.evidence.frames import HEADER, Channel, Frame, decode, encode
from grader.sandbox.process_child import ProcessChild
from grader.sandbox.seam import Limits


class Frames:
    """Mutated frames: decoded, read as claims, received by a channel and by the controller's end of a child."""

    def __init__(self, networks: tuple[str, ...] = ALL) -> None:
        self.networks = networks

    def __enter__(self) -> Frames:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def draw(self, random: Random) -> bytes:
        """A frame with damage in its JSON, in its tensors, in the header of those, or in its own header."""
        header, body, blob = split(random.choice(frames(self.networks)))
        match random.choice(("bytes", "json", "blob", "lies", "lengths", "all")):
            case "bytes":
                body = changed_bytes(body, random)
            case "json":
                body = json.dumps(changed_json(json.loads(body), random, random.randint(1, 5))).encode()
            case "blob":
                blob = changed_bytes(blob, random)
            case "lies":
                blob = _lying(blob, random)
            case "lengths":
                return changed_bytes(header, random)[: HEADER.size].ljust(HEADER.size, b"\0") + body + blob
            case "all":
                return changed_bytes(header + body + blob, random)
        return HEADER.pack(len(body), len(blob)) + body + blob

    def check(self, data: bytes) -> str:
        """Everything is a frame or a refusal; a frame can be sent on, and is a claim or a refusal."""
        _, body, blob = split(data.ljust(HEADER.size, b"\0"))
        try:
            frame = decode(body, blob)
        except ProtocolError as error:
            assert error.text("en") and error.text("ko")
            word = "refused"
        else:
            word = "claim" if _claimed(frame) else "frame"
            again = decode(*split(encode(frame))[1:])
            assert repr(again.body) == repr(frame.body) and again.tensors.keys() == frame.tensors.keys()
        _received(data)
        _received_by_controller(data)
        return word


def _claimed(frame: Frame) -> bool:
    for kind in (CaptureClaim, LoadClaim):
        try:
            read_claim(kind, frame.body)
        except ProtocolError as error:
            assert error.text("en") and error.text("ko")
            return False
    return True


def _lying(blob: bytes, random: Random) -> bytes:
    """Tensors whose description says something else than their bytes."""
    if len(blob) < 8:
        return changed_bytes(blob, random)
    length = int.from_bytes(blob[:8], "little")
    header = json.loads(blob[8 : 8 + length])
    text = json.dumps(changed_json(header, random, random.randint(1, 3))).encode()
    claimed = random.choice((len(text), len(text), len(text) + 1, 2**62, 0))
    return claimed.to_bytes(8, "little") + text + blob[8 + length :]


@contextlib.contextmanager
def _sent(data: bytes):  # type: ignore[no-untyped-def]
    """A socket at whose other end `data` arrives, then nothing any more."""
    ours, theirs = socket.socketpair()

    def send() -> None:
        with contextlib.suppress(OSError), theirs:
            theirs.sendall(data)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield ours
    finally:
        ours.close()
        sender.join()


def _received(data: bytes) -> None:
    with _sent(data) as end, contextlib.suppress(ProtocolError, EOFError):
        Channel(end).receive()


def _received_by_controller(data: bytes) -> None:
    """By the object that stands for a child; its monitor's line is cut, as when the child's tree is gone."""
    reader, writer = os.pipe()
    control, monitor = socket.socketpair()
    monitor.close()
    os.close(writer)
    with _sent(data) as end:
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        parts = {"limits": Limits(wall_seconds=20), "scratch": folder, "why_lost": lambda: "fuzzed"}
        child = ProcessChild(end, reader, control, **parts)  # type: ignore[arg-type]
        with child, contextlib.suppress(ProtocolError, ChildFailed):
            child.receive()
        assert not folder.exists()
