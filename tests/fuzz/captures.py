"""Real captures to start from: answers of the student child and the frames that travel around them."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
from networks import ZOO, captured

from grader.evidence.frames import HEADER, Frame, encode
from grader.evidence.graph import graph_to_json, spec_to_json

ALL = tuple(ZOO)
FEW = ("mlp", "rnn", "embedding")  # captured in two seconds, for short runs


@functools.cache
def answers(networks: tuple[str, ...] = ALL) -> tuple[tuple[str, Frame], ...]:
    """A capture of each of these networks, by its name."""
    chosen = [(name, *ZOO[name]) for name in networks]
    return tuple((name, Frame(*captured(text, shape, dtype, (2, 1, 5)))) for name, text, shape, dtype in chosen)


@functools.cache
def frames(networks: tuple[str, ...] = ALL) -> tuple[bytes, ...]:
    """Whole frames as they travel: captures, small requests, arrays of every kind."""
    kinds = {
        kind: np.ones((2, 3), kind) for kind in ("float16", "float32", "float64", "int8", "int64", "uint8", "bool")
    }
    others = [Frame({}), Frame({"request": "load", "losses": [float("inf"), 1.5]}, kinds), Frame({"go_on": True})]
    return tuple(encode(frame) for frame in (*(frame for _, frame in answers(networks)), *others))


def split(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Header, JSON and tensors of a frame."""
    json_bytes, _ = HEADER.unpack(data[: HEADER.size])
    return data[: HEADER.size], data[HEADER.size : HEADER.size + json_bytes], data[HEADER.size + json_bytes :]


@functools.cache
def graphs(networks: tuple[str, ...] = ALL) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The graphs and the state of each network, as JSON."""
    return tuple((name, json.loads(json.dumps(frame.body["graph"]))) for name, frame in answers(networks))


def load_body(graph: Any, specs: Any) -> dict[str, Any]:
    """The body of a request that loads graphs into an evaluator."""
    body = {mode: graph_to_json(one) for mode, one in graph.items()}
    return body | {"request": "load", "device": "cpu", "state": [spec_to_json(spec) for spec in specs.values()]}
