"""Frames come back as sent; whatever else arrives is refused in one way."""

from __future__ import annotations

import json
import math
import os
import socket
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.errors import ProtocolError
from grader.evidence.frames import (
    ALLOWED_DTYPES,
    HEADER,
    Channel,
    Frame,
    decode,
    decode_tensors,
    encode,
    encode_tensors,
)

keys = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda key: key != "$float")
numbers = st.integers(-(10**30), 10**30) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | keys,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(keys, values, max_size=4)
tensors = st.dictionaries(
    st.text("abc.0", min_size=1),
    st.sampled_from(sorted(ALLOWED_DTYPES)).flatmap(
        lambda name: arrays.arrays(name, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
    ),
    max_size=3,
)


def split(data: bytes) -> tuple[bytes, bytes]:
    json_bytes, _ = HEADER.unpack(data[: HEADER.size])
    return data[HEADER.size : HEADER.size + json_bytes], data[HEADER.size + json_bytes :]


@given(bodies, tensors)
def test_a_frame_comes_back_as_sent(body: dict[str, object], sent: dict[str, np.ndarray]) -> None:
    frame = decode(*split(encode(Frame(body, sent))))
    assert repr(frame.body) == repr(body)  # repr: NaN equals itself, -0.0 is not 0.0
    assert frame.tensors.keys() == sent.keys()
    for name, array in sent.items():
        assert frame.tensors[name].dtype == array.dtype and frame.tensors[name].shape == array.shape
        np.testing.assert_array_equal(frame.tensors[name], array)


@given(st.binary(), st.binary())
def test_random_bytes_are_a_frame_or_a_protocol_error(body: bytes, blob: bytes) -> None:
    for data in ((body, b""), (b"{}", blob), (body, blob)):
        try:
            assert isinstance(decode(*data), Frame)
        except ProtocolError:
            continue


@given(st.data(), tensors.filter(bool))
def test_damaged_tensors_are_read_or_refused(data: st.DataObject, sent: dict[str, np.ndarray]) -> None:
    blob = bytearray(encode_tensors(sent))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(decode_tensors(bytes(blob)), dict)
    except ProtocolError:
        return


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "NaN",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": {"$float": "1.5"}}',
        '{"a": {"$float": null}}',
        '{"a": {"$float": ["nan"]}}',
        '{"$float": "nan"}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        "[" * 100_000,
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        decode(text.encode(), b"")


def test_halves_of_characters_do_not_reach_a_report() -> None:
    for body in (b'{"\\ud800": "a\\udfff"}', '{"\ud800": "a\udfff"}'.encode("utf-8", "surrogatepass")):
        assert decode(body, b"").body == {"?": "a?"}
    assert decode(*split(encode(Frame({"text": "a\ud800"})))).body == {"text": "a?"}


def test_numbers_that_are_not_finite_travel_by_name() -> None:
    body, _ = split(encode(Frame({"losses": [math.inf, -math.inf, math.nan]})))
    assert json.loads(body) == {"losses": [{"$float": "inf"}, {"$float": "-inf"}, {"$float": "nan"}]}


@pytest.mark.parametrize("body", [{"a": object()}, {"a": {1, 2}}, {"a": b"bytes"}])
def test_what_json_cannot_say_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        encode(Frame(body))


@pytest.mark.parametrize("dtype", ["complex64", "float128", "U3", "O", "datetime64[s]"])
def test_only_plain_numbers_are_sent(dtype: str) -> None:
    with pytest.raises(ProtocolError):
        encode_tensors({"x": np.zeros(2, dtype)})


def test_a_tensor_off_the_list_is_refused() -> None:
    header = json.dumps({"x": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    with pytest.raises(ProtocolError):
        decode_tensors(len(header).to_bytes(8, "little") + header + b"\0\0")


def test_a_truth_value_is_true_or_false() -> None:
    blob = bytearray(encode_tensors({"x": np.array([True, False])}))
    blob[-1] = 2
    with pytest.raises(ProtocolError):
        decode_tensors(bytes(blob))


def test_big_endian_and_strided_arrays_arrive_with_their_values() -> None:
    sent = {"big": np.arange(3, dtype=">f4"), "strided": np.arange(12).reshape(3, 4).T, "scalar": np.array(2.5)}
    for name, array in decode_tensors(encode_tensors(sent)).items():
        np.testing.assert_array_equal(array, sent[name])
        assert array.shape == sent[name].shape


def test_a_channel_carries_frames_and_files_in_order() -> None:
    left, right = (Channel(end) for end in socket.socketpair())
    reader, writer = os.pipe()
    os.write(writer, b"through")
    large = np.arange(10**6)
    sender = threading.Thread(
        target=lambda: (left.send(Frame({"n": 1}, {"x": large}), (reader,)), left.send(Frame({})))
    )
    sender.start()
    first, second = right.receive(), right.receive()
    sender.join()
    assert first.body == {"n": 1} and second.body == {}
    np.testing.assert_array_equal(first.tensors["x"], large)
    assert os.read(right.received_files[0], 10) == b"through"
    left.close()
    with pytest.raises(EOFError):
        right.receive()
    right.close()
    for descriptor in (reader, writer, *right.received_files):
        os.close(descriptor)


def test_a_size_beyond_the_cap_is_refused_before_it_is_read() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(HEADER.pack(2**63, 0))
        with pytest.raises(ProtocolError):
            Channel(right).receive()
