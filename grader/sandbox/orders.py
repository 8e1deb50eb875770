"""What the controller tells a zygote and hears from a monitor. Never a job: those travel on the child's own channel."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass
from typing import Any

from grader.sandbox.seam import Limits

LENGTH = struct.Struct(">I")
EXIT_MEMORY = 91  # how a child says that it ran out of memory …
EXIT_FILE = 92  # … or into the file size limit


@dataclass(frozen=True)
class Order:
    """One child, please."""

    module: str  # whose `serve(channel)` the child runs
    import_roots: tuple[str, ...]
    readable: tuple[str, ...]  # what it may read beside the interpreter and its import roots
    scratch: str
    limits: Limits
    threads: int
    cuda: bool
    sockets: bool  # whether it may open unix sockets until it seals itself


@dataclass(frozen=True)
class Ending:
    """How a child ended, as its monitor saw it."""

    ready: bool  # it had come as far as serving
    exit_status: int | None
    signal: int | None
    limit: str | None
    value: float
    cpu_seconds: float
    peak_memory_bytes: int


def send_order(connection: socket.socket, order: Order, files: tuple[int, int, int]) -> None:
    """Send an order with the child's channel, its output and the monitor's control socket."""
    data = json.dumps(asdict(order)).encode()
    socket.send_fds(connection, [LENGTH.pack(len(data))], files)
    connection.sendall(data)


def receive_order(connection: socket.socket) -> tuple[Order, list[int]] | None:
    """The next order and its three files; None when the controller is gone."""
    head, files, _, _ = socket.recv_fds(connection, LENGTH.size, 3)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    data = connection.recv(size, socket.MSG_WAITALL)
    if len(data) < size:
        return None
    fields = json.loads(data)
    fields["limits"] = Limits(**fields["limits"])
    return Order(**fields), files


def to_line(value: dict[str, Any]) -> bytes:
    """One line for the control socket."""
    return json.dumps(value).encode() + b"\n"
