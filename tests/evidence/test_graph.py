"""A graph travels as JSON and comes back the same; what is no graph is refused in one way."""

from __future__ import annotations

import math
from typing import Any

import pytest
from damage import damaged
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import ZOO, over_the_wire, sent_from

from grader.errors import GraphRefused
from grader.evidence.frames import Frame
from grader.evidence.graph import (
    DType,
    Graph,
    Node,
    Ref,
    TensorSpec,
    graph_from_json,
    graph_to_json,
    live,
    spec_from_json,
    spec_to_json,
    value_from_json,
    value_to_json,
)
from grader.evidence.operators import OPERATORS
from grader.evidence.validation import validate
from grader.verdict import Location

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
sizes = st.integers(0, 2**40 - 1)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts | texts.map(Ref) | texts.map(DType)
arguments = leaves | st.lists(leaves | st.lists(leaves, max_size=3), max_size=3)
locations = st.none() | st.builds(Location, texts, st.none() | sizes, st.none() | sizes)
nodes = st.builds(
    Node,
    texts,
    st.sampled_from(sorted(OPERATORS)),
    st.lists(arguments, max_size=4).map(tuple),
    st.dictionaries(texts, arguments, max_size=3),
    texts,
    texts,
    locations,
)
graphs = st.builds(
    Graph, texts, st.dictionaries(texts, texts, max_size=3), st.lists(nodes, max_size=4).map(tuple), arguments
)
specs = st.builds(
    TensorSpec,
    texts,
    st.sampled_from(["parameter", "buffer", "constant"]),
    st.lists(sizes, max_size=5).map(tuple),
    texts,
    st.booleans(),
    st.lists(texts, max_size=3).map(tuple),
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts | st.sampled_from(["$ref", "$dtype"]), inner, max_size=2)
    ),
    max_leaves=8,
)


def on_the_wire(data: Any) -> Any:
    return over_the_wire(Frame({"data": data})).body["data"]


@settings(deadline=None)
@given(arguments)
def test_an_argument_comes_back_as_sent(value: Any) -> None:
    """repr: NaN equals itself, and -0.0 is not 0.0."""
    assert repr(value_from_json(on_the_wire(value_to_json(value)))) == repr(value)


@settings(deadline=None)
@given(graphs)
def test_a_graph_comes_back_as_sent(graph: Graph) -> None:
    """Names, arguments, module paths and source locations all survive the wire."""
    assert repr(graph_from_json(on_the_wire(graph_to_json(graph)))) == repr(graph)


@settings(deadline=None)
@given(specs)
def test_a_tensor_description_comes_back_as_sent(spec: TensorSpec) -> None:
    """Kind, shape, dtype, trainability and aliases survive the wire."""
    assert spec_from_json(on_the_wire(spec_to_json(spec))) == spec
    assert spec.count == math.prod(spec.shape)


@settings(deadline=None)
@given(plain)
def test_any_other_json_is_a_graph_or_is_refused(data: Any) -> None:
    """Nothing but GraphRefused leaves the readers, whatever JSON they are given."""
    for read in (graph_from_json, spec_from_json):
        try:
            read(data)
        except GraphRefused as refused:
            assert refused.text("en") and refused.text("ko")


def test_nesting_deeper_than_any_argument_is_refused() -> None:
    """Depth is bounded where a graph is read, so that nobody's recursion limit is ever near."""
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    graph = graph_to_json(Graph("x", {}, (), Ref("x")))
    node = ["n", "aten.relu.default", [deep], {}, "", "", None]

    for data in (graph | {"output": deep}, graph | {"nodes": [node]}):
        with pytest.raises(GraphRefused):
            graph_from_json(data)


def test_a_tensor_of_absurdly_many_dimensions_is_refused() -> None:
    """A refusal can always be shown: no number in it is longer than Python prints."""
    with pytest.raises(GraphRefused):
        spec_from_json({"key": "w", "kind": "parameter", "shape": [2**39] * 1000, "dtype": "float32"})


def test_live_drops_what_reaches_no_output_and_keeps_changes_in_place() -> None:
    """A result that nobody uses is not part of the computation; a running statistic that it updates is."""
    unused = Node("unused", "aten.relu.default", (Ref("x"),))
    counted = Node("counted", "aten.add_.Tensor", (Ref("b"), 1))
    used = Node("used", "aten.tanh.default", (Ref("x"),))
    graph = Graph("x", {"b": "bn.num_batches_tracked"}, (unused, counted, used), Ref("used"))

    assert [node.name for node in live(graph).nodes] == ["counted", "used"]


def test_arguments_go_by_the_names_of_the_operator() -> None:
    """Positional and keyword arguments look the same; what was left to its default is absent."""
    node = Node("n", "aten.softmax.int", (Ref("x"), -1), {"dtype": DType("float64")})
    assert node.arguments() == {"self": Ref("x"), "dim": -1, "dtype": DType("float64")}


# --- damage -----------------------------------------------------------------------------------------------------------

_NETWORKS = ("batch_norm", "rnn", "encoder", "embedding")


def as_json(name: str) -> dict[str, Any]:
    network = sent_from(*ZOO[name])
    return {mode: graph_to_json(graph) for mode, graph in network.graphs.items()} | {
        "state": [spec_to_json(spec) for spec in network.specs.values()]
    }


@settings(deadline=None)  # the first example exports the networks
@given(st.data(), st.sampled_from(_NETWORKS))
def test_a_damaged_graph_is_taken_or_refused(data: st.DataObject, name: str) -> None:
    """Whatever a child makes of a real graph's JSON, the gate answers with a graph or with GraphRefused."""
    body = data.draw(damaged(as_json(name)))
    try:
        found = {spec.key: spec for spec in map(spec_from_json, body["state"])}
        for mode in ("eval", "train"):
            validate(graph_from_json(body[mode]), found)
    except GraphRefused as refused:
        assert refused.text("en") and refused.text("ko")
    except (KeyError, TypeError):
        assert not isinstance(body.get("state"), list) or not body.keys() >= {"eval", "train"}
