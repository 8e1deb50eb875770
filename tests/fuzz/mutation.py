"""Changing bytes and JSON a little: what a hostile or broken sender might make of a message that was good."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

TOKENS = (
    b"NaN", b"-Infinity", b"1e999", b"-0", b"0.1e-400", b"9" * 5_000, b"1" + b"0" * 400, b"null", b"true", b"{}", b"[]",
    b'{"$float":"nan"}', b'{"$float":"x"}', b'{"$ref":"x"}', b'{"$dtype":"float32"}', b'""', b'"\\ud800"', b'"\xed\xa0\x80"',
    b'"\\u0000"', b"\xff", b"\x00", b"[" * 3_000, b'{"a":' * 3_000, b'"a":1,"a":2', b"\xef\xbb\xbf", b"\\", b'"', b"}", b",",
)  # fmt: skip
NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    7,
    255,
    2**15,
    2**31 - 1,
    2**31,
    2**40,
    2**62,
    2**63 - 1,
    -(2**63),
    2**64,
    10**30,
    0.5,
    -1.5,
    1e30,
)
TEXTS = (
    "",
    "x",
    "input",
    "float32",
    "bool",
    "complex64",
    "aten.relu.default",
    "same",
    "\x00",
    "\u202e",
    "a" * 600,
    "ab->ba",
)


def changed_bytes(data: bytes, random: Random) -> bytes:
    """`data` with one to four small damages."""
    found = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(found))
        match random.choice(("flip", "token", "cut", "repeat", "zero", "end")):
            case "flip" if at < len(found):
                found[at] ^= 1 << random.randrange(8)
            case "token":
                found[at:at] = random.choice(TOKENS)
            case "cut":
                del found[at : at + random.randint(1, 40)]
            case "repeat":
                found[at:at] = found[at : at + random.randint(1, 200)]
            case "zero":
                found[at : at + 8] = random.choice((bytes(8), b"\xff" * 8))
            case "end":
                del found[at:]
    return bytes(found)


def places(data: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a piece of JSON."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [prefix] * bool(prefix) + [path for key, item in children for path in places(item, (*prefix, key))]


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """What is at a place."""
    for step in path:
        data = data[step]
    return data


def changed_json(data: Any, random: Random, times: int) -> Any:
    """A copy of `data` with some of its parts replaced, deleted, wrapped, doubled or taken from elsewhere in it."""
    data = copy.deepcopy(data)
    for _ in range(times):
        found = places(data)
        if not found:
            return data
        *outer, key = random.choice(found)
        inside = at(data, tuple(outer))
        _change(inside, key, at(data, random.choice(found)), random)
    return data


def _change(inside: Any, key: Any, other: Any, random: Random) -> None:
    value = inside[key]
    match random.choice(("number", "text", "near", "other", "wrap", "delete", "double")):
        case "number":
            inside[key] = random.choice(NUMBERS)
        case "text":
            inside[key] = random.choice(TEXTS)
        case "near" if isinstance(value, int) and not isinstance(value, bool):
            inside[key] = value + random.choice((-1, 1, 2, 8))
        case "near" if isinstance(value, bool):
            inside[key] = not value
        case "other":
            inside[key] = copy.deepcopy(other) if len(json.dumps(other)) < 10_000 else None
        case "wrap":
            inside[key] = [value]
        case "delete":
            del inside[key]
        case "double" if isinstance(inside, list):
            inside.insert(random.randint(0, len(inside)), copy.deepcopy(value))
