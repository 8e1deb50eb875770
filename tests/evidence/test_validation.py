"""What is not known to be harmless is refused, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from grader.errors import GraphRefused
from grader.evidence.graph import DType, Graph, Node, Ref, TensorSpec, Value
from grader.evidence.operators import OPERATORS
from grader.evidence.validation import (
    MAX_LIST,
    MAX_LITERAL_ELEMENTS,
    MAX_NODES,
    MAX_STATE_ELEMENTS,
    validate,
    validate_state,
)

SPECS = {
    "w": TensorSpec("w", "parameter", (3, 4), "float32", True),
    "b": TensorSpec("b", "parameter", (3,), "float32", True),
}
X, W, B = Ref("x"), Ref("w_"), Ref("b_")


def graph(*nodes: Node, output: Value = X, **placeholders: str) -> Graph:
    return Graph("x", {"w_": "w", "b_": "b"} | placeholders, nodes, output)


def one(operator: str, *args: Value, **kwargs: Value) -> Graph:
    return graph(Node("n", operator, args, kwargs), output=Ref("n"))


def refusal(found: Graph) -> tuple[str, dict[str, Any]]:
    with pytest.raises(GraphRefused) as refused:
        validate(found, SPECS)
    assert refused.value.text("en") and refused.value.text("ko")
    return refused.value.message.id, dict(refused.value.message.args)


def test_a_plain_graph_passes() -> None:
    """Linear, ReLU and a view by a size taken from the input are nobody's offence."""
    validate(
        graph(
            Node("l", "aten.linear.default", (X, W, B)),
            Node("size", "aten.sym_size.int", (X, 0)),
            Node("twice", "sym.mul", (Ref("size"), 1)),
            Node("v", "aten.view.default", (Ref("l"), [Ref("twice"), -1])),
            Node("p", "aten.max_pool2d.default", (Ref("v"), [2, 2]), {"stride": [2, 2]}),
            Node("z", "aten.zeros.default", ([Ref("size"), 3],), {"dtype": DType("float32"), "device": None}),
            output=[Ref("p"), None, Ref("z")],
        ),
        SPECS,
    )


@pytest.mark.parametrize("operator", ["aten.set_.source_Tensor", "aten.from_file.default", "os.system", "", "getitem "])
def test_an_unknown_operator_is_named(operator: str) -> None:
    """An operator off the list is refused, and the message says which."""
    id, args = refusal(one(operator, X))
    assert id == "graph.unknown_operator" and args["operator"] == operator


@pytest.mark.parametrize("place", ["args", "list", "kwargs"])
def test_a_reference_forwards_is_named(place: str) -> None:
    """A node may use what came before it and nothing else, wherever in its arguments it says so."""
    later = Node("later", "aten.relu.default", (X,))
    first = {
        "args": Node("first", "aten.relu.default", (Ref("later"),)),
        "list": Node("first", "aten.cat.default", ([X, Ref("later")],)),
        "kwargs": Node("first", "aten.zeros.default", ([1],), {"dtype": Ref("later")}),
    }[place]
    assert refusal(graph(first, later)) == ("graph.bad_reference", {"node": "first", "name": "later"})


def test_a_reference_to_itself_is_named() -> None:
    """No node computes from its own result."""
    assert refusal(one("aten.relu.default", Ref("n")))[0] == "graph.bad_reference"


def test_an_output_that_does_not_exist_is_named() -> None:
    """The output is held to the same rule."""
    assert refusal(graph(output=[X, [Ref("gone")]])) == ("graph.bad_reference", {"node": "output", "name": "gone"})


@pytest.mark.parametrize("name", ["x", "w_", "first"])
def test_a_name_used_twice_is_named(name: str) -> None:
    """A node that takes the name of the input, of a tensor or of another node is refused."""
    nodes = [Node("first", "aten.relu.default", (X,)), Node(name, "aten.relu.default", (X,))]
    assert refusal(graph(*nodes)) == ("graph.duplicate_name", {"name": name})


def test_an_input_that_is_also_a_tensor_is_named() -> None:
    """The model's input is none of its tensors."""
    assert refusal(graph(x="w")) == ("graph.duplicate_name", {"name": "x"})


def test_a_tensor_outside_the_state_is_named() -> None:
    """A placeholder stands for a tensor of the state."""
    assert refusal(graph(p="elsewhere")) == ("graph.unknown_tensor", {"name": "elsewhere"})


def test_too_many_nodes_are_counted() -> None:
    """The count is checked before anything is looked at."""
    id, args = refusal(graph(*[Node("n", "?", ())] * (MAX_NODES + 1)))
    assert id == "graph.too_many_nodes" and args["found"] == MAX_NODES + 1


# One operator with a parameter of each kind, and what that parameter takes and does not take.
_TENSOR, _NUMBER = (X, 2, 0.5, True), (X, 3, -1, 2.5, False)
_KINDS: dict[str, tuple[str, str, Sequence[Any], Sequence[Any]]] = {
    "T": ("aten.relu.default", "self", _TENSOR, (None, "x", [X], DType("float32"))),
    "t": ("aten.linear.default", "bias", (*_TENSOR, None), ("x", [X], DType("float32"))),
    "L": ("aten.cat.default", "tensors", (X, [X, W], []), (None, 3, [X, 3], [None], "x", [[X]])),
    "i": ("aten.select.int", "index", (X, 3, -3), (None, True, 2.5, "0", [0], 2**63, 10**4000)),
    "j": ("aten.argmax.default", "dim", (X, None, 3), (True, 2.5, "0", [0], 2**63)),
    "I": (
        "aten.permute.default",
        "dims",
        ([0, 1], [X, 1], [], 3),
        (None, [None], [2.5], [True], ["0"], [[1]], [2**63], "0"),
    ),
    "J": ("aten.mean.dim", "dim", (None, [0], 0), ([None], [2.5], "0")),
    "f": ("aten.dropout.default", "p", _NUMBER, (None, "0.5", [0.5], 2**63)),
    "g": ("aten.clamp.default", "min", (*_NUMBER, None), ("0", [0.5], DType("float32"))),
    "G": ("aten.upsample_nearest2d.vec", "scale_factors", (None, [2.0, 2], [X]), (2.0, ["2"], [[2.0]])),
    "b": ("aten.dropout.default", "train", (True, False), (None, 0, 1, X, "true")),
    "c": ("aten.zeros.default", "pin_memory", (None, True), (0, "true", X)),
    "s": ("aten.einsum.default", "equation", ("ij,jk->ik",), (None, 3, X, "x" * 201)),
    "d": ("aten.softmax.int", "dtype", (None, DType("float32")), ("float32", DType("object"), DType("__class__"), 3)),
    "m": ("aten.zeros.default", "device", (None,), ("cuda", 0, X, DType("float32"))),
}
_FILLINGS: dict[str, Any] = {
    "T": X, "t": X, "L": [X], "i": 1, "j": 1, "I": [1], "J": [1], "f": 0.5, "g": 0.5, "F": [1.0], "G": [1.0],
    "b": False, "c": None, "s": "a", "r": None, "d": None, "m": None,
}  # fmt: skip


def test_every_kind_of_parameter_is_tried() -> None:
    """The table below knows every kind that the list of operators uses."""
    used = {parameter.kind for operator in OPERATORS.values() for parameter in operator.parameters}
    assert used <= _KINDS.keys()


@pytest.mark.parametrize("kind", _KINDS)
def test_an_argument_of_another_kind_is_named(kind: str) -> None:
    """Each kind of parameter takes what it should and refuses everything else, by the parameter's name."""
    operator, name, right, wrong = _KINDS[kind]
    for value in right:
        validate(_with(operator, name, value), SPECS)
    for value in wrong:
        id, args = refusal(_with(operator, name, value))
        assert (id, args["name"], args["operator"]) == ("graph.bad_argument", name, operator), value


def _with(operator: str, name: str, value: Any) -> Graph:
    needed = {item.name: _FILLINGS[item.kind] for item in OPERATORS[operator].parameters if not item.optional}
    return one(operator, **(needed | {name: value}))


@pytest.mark.parametrize(
    "found",
    [
        one("aten.linear.default", X),
        one("aten.linear.default", X, W, B, 1),
        one("aten.relu.default", X, inplace=True),
        one("aten.relu.default", X, self=X),
        one("aten.zeros.default", [1], DType("float32")),  # keyword-only
        one("aten.relu.default"),
    ],
    ids=["missing", "too many", "unknown", "twice", "keyword only", "none"],
)
def test_missing_and_surplus_arguments_are_refused(found: Graph) -> None:
    """The arguments are those of the operator's schema: no more, no fewer, none twice."""
    assert refusal(found)[0] == "graph.bad_arguments"


@pytest.mark.parametrize(
    ("operator", "arguments"),
    [
        ("aten.zeros.default", ([2**20, 2**20],)),
        ("aten.full.default", ([-(2**40)], 1.0)),
        ("aten.view.default", (X, [MAX_LITERAL_ELEMENTS + 1])),
        ("aten.reshape.default", (X, [2**62] * MAX_LIST)),
        ("aten.repeat.default", (X, [0, 2**40])),
        ("aten.expand.default", (X, [-1, 2**30])),
        ("aten.new_zeros.default", (X, [2**15, 2**15])),
    ],
)
def test_a_huge_literal_shape_is_refused_and_can_be_told(operator: str, arguments: tuple[Any, ...]) -> None:
    """Nobody asks for a tensor of terabytes, and the number in the message is one that Python prints."""
    assert refusal(one(operator, *arguments))[0] == "graph.too_large"


def test_a_list_without_end_is_refused() -> None:
    """Lists are bounded."""
    assert refusal(one("aten.permute.default", X, [0] * (MAX_LIST + 1)))[0] == "graph.bad_argument"


# --- state ------------------------------------------------------------------------------------------------------------


def test_a_state_as_described_passes() -> None:
    """Tensors that nobody described are nobody's offence: they are never loaded."""
    validate_state(SPECS, {"w": np.zeros((3, 4), "float32"), "b": np.zeros(3, "float32"), "more": np.zeros(1)})


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 3), "float32"),
        np.zeros(12, "float32"),
        np.zeros((3, 4), "float64"),
        np.zeros((3, 4), "int32"),
        None,
    ],
    ids=["transposed", "flat", "float64", "int32", "absent"],
)
def test_a_tensor_that_is_not_as_described_is_named(array: np.ndarray[Any, Any] | None) -> None:
    """Shape and dtype are what the description says, or the state is refused by the tensor's name."""
    tensors = {"b": np.zeros(3, "float32")} | ({} if array is None else {"w": array})
    with pytest.raises(GraphRefused) as refused:
        validate_state(SPECS, tensors)
    assert refused.value.message.id == ("graph.unknown_tensor" if array is None else "graph.wrong_tensor")
    assert refused.value.message.args["name"] == "w" and refused.value.text("ko")


def test_a_state_beyond_the_budget_is_refused_before_it_is_looked_at() -> None:
    """The elements are counted from the descriptions."""
    large = TensorSpec("w", "buffer", (MAX_STATE_ELEMENTS, 2), "float32")
    with pytest.raises(GraphRefused) as refused:
        validate_state({"w": large}, {})
    assert refused.value.message.id == "graph.state_too_large" and refused.value.text("en")
