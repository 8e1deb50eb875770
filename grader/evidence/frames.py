"""Frames: what travels between the controller and its children. JSON and safetensors, size-capped, nothing else.

A frame is a JSON object plus named arrays. On the wire: two big-endian 64-bit lengths, the JSON, the safetensors bytes.
Neither format can carry code. Non-finite numbers travel by name (``{"$float": "nan"}``), so that no side ever sees the
words NaN or Infinity in JSON.

Not covered: what a number means. A frame from a student child is a claim, whatever it says.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.errors import ProtocolError

Array = NDArray[Any]
NAMED_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
HEADER = struct.Struct(">QQ")
MAX_JSON_BYTES = 16 * 2**20
MAX_TENSOR_BYTES = 1024 * 2**20
ALLOWED_DTYPES = frozenset(["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"])


@dataclass(frozen=True)
class Frame:
    """One message: `body` (JSON object) and `tensors` (arrays by name)."""

    body: Mapping[str, Any]
    tensors: Mapping[str, Array] = field(default_factory=dict)


def encode(frame: Frame) -> bytes:
    """The bytes of one frame. Raises ProtocolError for what the wire cannot carry."""
    try:
        text = json.dumps(_name_floats(frame.body), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ProtocolError("sandbox.bad_frame", reason=f"JSON: {type(error).__name__}") from None
    body = text.encode("utf-8", "surrogatepass")
    blob = encode_tensors(frame.tensors)
    if len(body) > MAX_JSON_BYTES or len(blob) > MAX_TENSOR_BYTES:
        raise ProtocolError("sandbox.frame_too_large", json_bytes=len(body), tensor_bytes=len(blob))
    return HEADER.pack(len(body), len(blob)) + body + blob


def decode(body: bytes, blob: bytes) -> Frame:
    """The frame in these bytes. Raises ProtocolError for anything that is not one."""
    try:
        value = _restore_floats(json.loads(body.decode("utf-8", "surrogatepass"), parse_constant=_refuse_constant))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProtocolError("sandbox.bad_frame", reason=f"JSON: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise ProtocolError("sandbox.bad_frame", reason="not an object")
    return Frame(value, decode_tensors(blob))


def encode_tensors(tensors: Mapping[str, Array]) -> bytes:
    """safetensors bytes; empty for no tensors."""
    if not tensors:
        return b""
    from safetensors.numpy import save

    for name, array in tensors.items():
        if array.dtype.name not in ALLOWED_DTYPES:
            raise ProtocolError("sandbox.bad_frame", reason=f"dtype {array.dtype} of {name}")
    return bytes(save({name: np.asarray(array, order="C") for name, array in tensors.items()}))


def decode_tensors(blob: bytes) -> dict[str, Array]:
    """Arrays by name. Raises ProtocolError for damaged bytes or a dtype off the list."""
    if not blob:
        return {}
    from safetensors.numpy import load

    try:
        tensors: dict[str, Array] = load(blob)
    except Exception as error:  # safetensors raises its own error, KeyError or ValueError by kind of damage
        raise ProtocolError("sandbox.bad_frame", reason=f"safetensors: {type(error).__name__}") from None
    for array in tensors.values():
        if array.dtype.name not in ALLOWED_DTYPES:
            raise ProtocolError("sandbox.bad_frame", reason=f"dtype {array.dtype}")
        if array.dtype == bool and array.size and array.view(np.uint8).max() > 1:
            raise ProtocolError("sandbox.bad_frame", reason="a truth value that is neither true nor false")
    return tensors


class Channel:
    """One end of a connected socket that speaks frames. File descriptors may ride along with a frame.

    `receive` honours the socket's timeout as a deadline for the whole frame only in the sense that each read is bounded;
    a caller that needs a hard deadline closes the socket or kills the peer.
    """

    def __init__(
        self, connection: socket.socket, *, max_json: int = MAX_JSON_BYTES, max_tensors: int = MAX_TENSOR_BYTES
    ):
        self.socket = connection
        self.max_json = max_json
        self.max_tensors = max_tensors
        self.received_files: list[int] = []

    def send(self, frame: Frame, files: tuple[int, ...] = ()) -> None:
        """Send one frame, with `files` (descriptors) attached to its header. Raises OSError when the peer is gone."""
        data = encode(frame)
        if files:
            sent = socket.send_fds(self.socket, [data[: HEADER.size]], list(files))
            data = data[sent:]
        self.socket.sendall(data)

    def receive(self) -> Frame:
        """The next frame. Raises EOFError when the peer closed, TimeoutError, ProtocolError."""
        json_bytes, tensor_bytes = HEADER.unpack(self._read(HEADER.size, with_files=True))
        if json_bytes > self.max_json or tensor_bytes > self.max_tensors:
            raise ProtocolError("sandbox.frame_too_large", json_bytes=json_bytes, tensor_bytes=tensor_bytes)
        return decode(self._read(json_bytes), self._read(tensor_bytes))

    def seal(self) -> None:
        """Give up what starting needs and student code must not have, before it runs. Nothing, outside a sandbox."""

    def close(self) -> None:
        """Close this end; idempotent."""
        self.socket.close()

    def _read(self, size: int, *, with_files: bool = False) -> bytes:
        buffer = bytearray()
        while len(buffer) < size:
            chunk_size = min(size - len(buffer), 1 << 20)
            if with_files and hasattr(socket, "recv_fds"):
                chunk, files, _, _ = socket.recv_fds(self.socket, chunk_size, 16)
                self.received_files += files
            else:
                chunk = self.socket.recv(chunk_size)
            if not chunk:
                raise EOFError("the peer closed the channel")
            buffer += chunk
        return bytes(buffer)


def _name_floats(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": repr(value)}
    if isinstance(value, Mapping):
        return {str(key): _name_floats(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_name_floats(item) for item in value]
    return value


def _restore_floats(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"$float"}:
            return NAMED_FLOATS[value["$float"]]
        return {_whole(key): _restore_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_restore_floats(item) for item in value]
    return _whole(value) if isinstance(value, str) else value


def _whole(text: str) -> str:
    """`text` without halves of characters, which no file and no terminal could be given."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
