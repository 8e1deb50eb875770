"""From JSON to a budget: whatever a child sends as a graph ends in a cost or in a refusal that can be read."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from damage import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import ZOO, sent_from

from grader.errors import GraphRefused, ProtocolError
from grader.evidence.budget import Budget, require_affordable
from grader.evidence.cost import estimate
from grader.evidence.frames import decode, decode_tensors
from grader.evidence.graph import (
    DType,
    Graph,
    Node,
    Ref,
    TensorSpec,
    graph_from_json,
    graph_to_json,
    spec_from_json,
    spec_to_json,
)
from grader.evidence.operators import OPERATORS, Parameter
from grader.evidence.sizing.tensors import Tensor
from grader.evidence.validation import validate

SPECS = {
    "w": TensorSpec("w", "parameter", (4, 3), "float32", True),
    "b": TensorSpec("b", "parameter", (4,), "float64", True),
    "k": TensorSpec("k", "buffer", (4, 1, 3, 3), "float32"),
    "n": TensorSpec("n", "constant", (), "int64"),
    "z": TensorSpec("z", "constant", (0, 5), "bool"),
}
NUMBERS = (0, 1, 2, 3, -1, -2, 5, 64, 2**20, 2**31, 2**62, -(2**62), 2**63 - 1)
FLOATS = (0.0, 0.5, -1.5, 2.0, 1e30, -1e308, float("nan"), float("inf"), float("-inf"))


def argument(parameter: Parameter, names: list[str], random: Random) -> Any:
    """Something of the right form for a parameter, and rarely sensible."""

    def reference() -> Ref:
        return Ref(random.choice(names[-3:] if random.random() < 0.6 else names))

    def number() -> Any:
        return reference() if random.random() < 0.15 else random.choice(NUMBERS)

    kinds: dict[str, Any] = {
        "T": reference, "t": lambda: random.choice((None, reference())), "i": number, "j": number,
        "L": lambda: [reference() for _ in range(random.randint(0, 4))] if random.random() < 0.9 else reference(),
        "I": lambda: [number() for _ in range(random.randint(0, 4))], "J": lambda: [number() for _ in range(random.randint(0, 3))],
        "f": lambda: random.choice((*FLOATS, 3, True)), "g": lambda: random.choice((*FLOATS, None)),
        "F": lambda: [random.choice(FLOATS) for _ in range(2)], "G": lambda: random.choice((None, [random.choice(FLOATS)] * 2)),
        "b": lambda: random.random() < 0.5, "c": lambda: None, "m": lambda: None, "r": lambda: None,
        "s": lambda: random.choice(("", "same", "valid", "ab,bc->ac", "...a,a", "aa->a", "a,b", "->", "a->b", ".a", "constant")),
        "d": lambda: random.choice((None, DType("float64"), DType("bool"), DType("complex64"))),
    }  # fmt: skip
    return kinds[parameter.kind]()


def made(random: Random) -> Graph:
    """A random graph of well-formed nodes."""
    placeholders = {f"{key}_": key for key in SPECS}
    names, nodes = ["x", *placeholders], []
    for at in range(random.randint(1, 12)):
        operator = OPERATORS[random.choice(list(OPERATORS))]
        kwargs = {
            parameter.name: argument(parameter, names, random)
            for parameter in operator.parameters
            if not parameter.optional or random.random() < 0.4
        }
        nodes.append(Node(f"n{at}", operator.name, (), kwargs))
        names.append(f"n{at}")
    return Graph("x", placeholders, tuple(nodes), Ref(names[-1]))


def through_the_gate(graph: Graph, specs: dict[str, TensorSpec], x: Tensor) -> None:
    """Raises GraphRefused or nothing."""
    validate(graph, specs)
    for training in (False, True):
        cost = estimate(graph, specs, x, training=training)
        assert cost.operations >= 0 and cost.peak_bytes >= x.bytes
        assert cost.fails_at is not None or all(node.name in cost.values for node in graph.nodes)
        require_affordable(graph, specs, [x], Budget(2**30), training=training)


@settings(max_examples=300)
@given(st.integers(0, 2**64))
def test_a_random_graph_costs_something_or_is_refused(seed: int) -> None:
    """Every operator, every kind of argument, every kind of result where another was wanted."""
    random = Random(seed)
    shape = tuple(random.choice((0, 1, 2, 3, 4)) for _ in range(random.randint(0, 5)))
    try:
        through_the_gate(made(random), SPECS, Tensor(shape, random.choice(("float32", "float64", "int64"))))
    except GraphRefused as refused:
        assert refused.text("en") and refused.text("ko")


@pytest.mark.parametrize("name", ["batch_norm", "rnn", "encoder", "embedding"])
@settings(max_examples=40)
@given(data=st.data())
def test_a_damaged_capture_costs_something_or_is_refused(data: st.DataObject, name: str) -> None:
    """Real graphs with parts deleted, replaced, wrapped or misplaced."""
    text, shape, dtype = ZOO[name]
    network = sent_from(text, shape, dtype)
    body = {mode: graph_to_json(graph) for mode, graph in network.graphs.items()}
    body["state"] = [spec_to_json(spec) for spec in network.specs.values()]  # type: ignore[assignment]
    body = data.draw(damaged(body))
    try:
        specs = {spec.key: spec for spec in map(spec_from_json, body["state"])}
        for mode in ("eval", "train"):
            through_the_gate(graph_from_json(body[mode]), specs, Tensor((3, *shape), dtype))
    except GraphRefused as refused:
        assert refused.text("en") and refused.text("ko")
    except (KeyError, TypeError):
        assert not isinstance(body.get("state"), list) or not body.keys() >= {"eval", "train"}


ONE = '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}%s}'


def tensors(header: str, content: bytes = bytes(8), length: int | None = None) -> bytes:
    raw = header.encode()
    return (len(raw) if length is None else length).to_bytes(8, "little") + raw + content


@pytest.mark.parametrize(
    "blob",
    [
        tensors(ONE % "", length=2**62),
        tensors(ONE % "", length=2**64 - 1),
        tensors(ONE % "", length=0),
        tensors(ONE % "", content=b""),
        tensors(ONE % "", content=bytes(9)),
        tensors((ONE % "").replace("[2]", "[3]")),
        tensors((ONE % "").replace("[2]", "[-2]")),
        tensors((ONE % "").replace("[2]", f"[{2**62}, {2**62}, 0]"), content=b""),
        tensors((ONE % "").replace("[2]", f"[{2**32}, {2**32}]")),
        tensors((ONE % "").replace("[0,8]", "[8,0]")),
        tensors((ONE % "").replace("[0,8]", "[4,12]")),
        tensors((ONE % "").replace("[0,8]", f"[0,{2**64}]")),
        tensors(ONE % ',"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'),
        tensors(ONE % ',"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}', content=bytes(12)),
        tensors(ONE % ',"y":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}', content=bytes(24)),
        tensors((ONE % "").replace("F32", "F99")),
        tensors((ONE % "").replace("F32", "C64"), content=bytes(16)),
        tensors("[" * 100_000),
        tensors('{"x":' * 10_000),
        tensors("null"),
        tensors(""),
    ],
)
def test_tensors_whose_header_lies_are_refused(blob: bytes) -> None:
    """Lengths, offsets and shapes that do not agree with the bytes, or with one another."""
    with pytest.raises(ProtocolError):
        decode_tensors(blob)


def test_a_name_given_twice_is_one_tensor_or_refused() -> None:
    """Two descriptions of one name never become two tensors."""
    twice = ONE % ',"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    try:
        assert decode_tensors(tensors(twice)).keys() == {"x"}
    except ProtocolError:
        return


@pytest.mark.parametrize("number", ["9" * 5_000, "-" + "9" * 5_000, "1" + "0" * 10_000])
def test_a_number_of_ten_thousand_digits_is_refused(number: str) -> None:
    """Python itself refuses to read it; the refusal has the form of any other."""
    with pytest.raises(ProtocolError):
        decode(f'{{"shape": [{number}]}}'.encode(), b"")


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1e999", "-1e999", "1e-999"])
def test_a_number_beyond_all_sizes_is_no_size(number: str) -> None:
    """It may be read, and then it fits nowhere."""
    node = ["n", "aten.zeros.default", [[json.loads(number)]], {}, "", "", None]
    graph = {"input": "x", "placeholders": {}, "nodes": [node], "output": {"$ref": "n"}}
    body = decode(json.dumps(graph).replace("Infinity", number.lstrip("-")).encode(), b"").body
    with pytest.raises(GraphRefused):
        validate(graph_from_json(body), {})


def test_of_a_key_given_twice_the_last_one_counts() -> None:
    """For everybody: what the evaluator gets is written anew from what was validated."""
    body = decode(b'{"input": "x", "input": "y", "placeholders": {}, "nodes": [], "output": {"$ref": "y"}}', b"").body
    graph = graph_from_json(body)
    assert graph.input == "y" and graph_to_json(graph)["input"] == "y"
