"""Answers with a frame that is wrong in one of many ways.

Tries: to break the one who reads it.
Must: be an error of the answer, and nothing more.
Control: sends more than 0 MiB
Variants: header_only short_header huge_json huge_tensors negative truncated not_utf8 not_json not_object not_a_number
    deep long_number surrogates bad_header lying_offsets odd_type odd_bools overlapping missing_keys drip
"""

import json
import time

DEEP = b"[" * 200_000 + b"]" * 200_000
GOOD = b'{"defined": true}'


def frame(body, blob=b"", sizes=None):
    first, second = sizes or (len(body), len(blob))
    return first.to_bytes(8, "big") + second.to_bytes(8, "big") + body + blob


def tensors(header, data=bytes(64)):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def spec(dtype="F32", shape=(4,), offsets=(0, 16)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def variants():
    return {
        "header_only": frame(b"", sizes=(100, 0)),
        "short_header": b"\0" * 7,
        "huge_json": frame(b"{}", sizes=(2**62, 0)),
        "huge_tensors": frame(GOOD, sizes=(len(GOOD), 2**62)),
        "negative": b"\xff" * 16 + GOOD,
        "truncated": frame(GOOD, sizes=(len(GOOD) + 5, 0)),
        "not_utf8": frame(b"\xff\xfe{}"),
        "not_json": frame(b"points = 100"),
        "not_object": frame(b"[1, 2, 3]"),
        "not_a_number": frame(b'{"defined": NaN, "points": Infinity}'),
        "deep": frame(b'{"defined": ' + DEEP + b"}"),
        "long_number": frame(b'{"defined": ' + b"9" * 1_000_000 + b"}"),
        "surrogates": frame(b'{"defined": true, "ran": ["\\ud800"], "\\udfff": 1}'),
        "bad_header": frame(GOOD, b"\xff" * 8 + b"{}"),
        "lying_offsets": frame(GOOD, tensors({"a": spec(offsets=(0, 10**9))})),
        "odd_type": frame(GOOD, tensors({"a": spec(dtype="C128")})),
        "odd_bools": frame(GOOD, tensors({"a": spec("BOOL", (4,), (0, 4))}, b"\x07" * 4)),
        "overlapping": frame(GOOD, tensors({"a": spec(), "b": spec(offsets=(8, 24))})),
        "missing_keys": frame(b'{"ran": "all", "names": 5, "notes": {"a": [1]}}'),
        "drip": b"",
    }


def attack():
    data = variants()["VARIANT"]
    while "VARIANT" == "drip":
        os.write(3, b"\0")
        time.sleep(0.05)
    view = memoryview(data)
    while view:
        view = view[os.write(3, view) :]
    if "VARIANT" in ("header_only", "short_header", "truncated"):
        time.sleep(600)
