"""What a graph would cost is found without running it: the sizes that PyTorch makes, and at least the memory it keeps."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from networks import ZOO, Sent, inputs, net, sent, sent_from, source_of
from torch import Tensor as Real
from torch import nn

from grader.errors import GraphRefused
from grader.evidence.budget import Budget, require_affordable
from grader.evidence.cost import MAX_RESULTS, Cost, estimate
from grader.evidence.graph import Graph, Node, Ref, TensorSpec, Value
from grader.evidence.operators import OPERATORS
from grader.evidence.sizing import memory
from grader.evidence.sizing.tensors import Tensor
from grader.evidence.validation import validate
from grader.student.export import export

SPECS = {
    "w": TensorSpec("w", "parameter", (4, 4), "float32", True),
    "n": TensorSpec("n", "buffer", (), "int64"),
}
X, W, N = Ref("x"), Ref("w_"), Ref("n_")


def graph(*nodes: tuple[Any, ...], output: Value = None) -> Graph:
    """Nodes as (operator, positional arguments…), named n0, n1, …; a dict at the end holds keyword arguments."""
    made = []
    for at, (operator, *args) in enumerate(nodes):
        kwargs = args.pop() if args and isinstance(args[-1], dict) else {}
        made.append(Node(f"n{at}", operator, tuple(args), kwargs))
    found = Graph("x", {"w_": "w", "n_": "n"}, tuple(made), Ref(made[-1].name) if output is None else output)
    validate(found, SPECS)
    return found


def cost(found: Graph, shape: tuple[int, ...] = (2, 4), *, training: bool = False) -> Cost:
    return estimate(found, SPECS, Tensor(shape), training=training)


def refusal(found: Graph, shape: tuple[int, ...] = (2, 4)) -> dict[str, Any]:
    with pytest.raises(GraphRefused) as refused:
        cost(found, shape)
    assert refused.value.text("en") and refused.value.text("ko")
    return {"id": refused.value.message.id, **refused.value.message.args}


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize("mode", ["eval", "train"])
def test_every_step_has_the_size_that_pytorch_gives_it(name: str, mode: str) -> None:
    """Shapes and sizes read off the input, for a batch size that no capture has seen."""
    text, shape, dtype = ZOO[name]
    network = sent_from(text, shape, dtype)
    found = estimate(network.graphs[mode], network.specs, Tensor((5, *shape), dtype), training=mode == "train")
    assert found.fails_at is None

    def compare(node: Node, value: Any) -> None:
        expected = found.values[node.name]
        assert value == expected if isinstance(value, int) else sizes(value) == sizes(expected), node

    network.replay().train(mode == "train")(inputs(shape, dtype, 5), compare)


def sizes(value: Any) -> list[tuple[int, ...]]:
    return [tuple(item.shape) for item in (value if isinstance(value, tuple | list) else [value])]


class Sequence(nn.Module):
    """A small recurrent classifier."""

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, width, 2, batch_first=True)
        self.out = nn.Linear(width, 2)

    def forward(self, x: Real) -> Real:
        steps, _ = self.lstm(x)
        last: Real = self.out(steps[:, -1])
        return last


def captured(model: nn.Module, shape: tuple[int, ...]) -> Sent:
    return sent(export(model, torch.zeros(2, *shape), source_of(net("pass", "return x"))))


def resnet18() -> nn.Module:
    import torchvision

    model: nn.Module = torchvision.models.resnet18(num_classes=10)
    return model


def encoder() -> nn.Module:
    layers = [nn.TransformerEncoderLayer(64, 4, 128, batch_first=True) for _ in range(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 50, 5))


def convolutions() -> nn.Module:
    blocks = [
        nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.2)) for _ in range(4)
    ]
    return nn.Sequential(nn.Conv2d(3, 8, 3), *blocks, nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(5))


def kept_bytes(network: Sent, x: Real) -> int:
    """Bytes that PyTorch keeps for the backward pass, without the model's own tensors."""
    model = network.replay().train()
    own = {tensor.untyped_storage().data_ptr() for tensor in model.state.values()}
    kept: dict[int, Real] = {}

    def pack(tensor: Real) -> Real:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(x)
    return sum(tensor.untyped_storage().nbytes() for place, tensor in kept.items() if place not in own)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        pytest.param(resnet18, (3, 64, 64), marks=pytest.mark.slow, id="resnet18"),
        pytest.param(lambda: Sequence(8, 32), (10, 8), id="lstm"),
        pytest.param(encoder, (50, 64), id="encoder"),
        pytest.param(convolutions, (3, 32, 32), id="convolutions"),
    ],
)
def test_training_is_estimated_at_no_less_than_it_keeps(model: Any, shape: tuple[int, ...]) -> None:
    """And not at several times as much, or honest networks would be refused."""
    built = model()
    built(torch.zeros(2, *shape))
    network = captured(built, shape)
    x = torch.randn(8, *shape)
    found = estimate(network.graphs["train"], network.specs, Tensor((8, *shape)), training=True)
    state = sum(spec.count * 4 * (4 if spec.trainable else 1) for spec in network.specs.values())
    kept = kept_bytes(network, x)
    assert kept <= found.peak_bytes - state <= 3 * kept + 50 * 2**20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "shape"),
    [(resnet18, (3, 64, 64)), (lambda: Sequence(32, 256), (200, 32)), (encoder, (50, 64))],
    ids=["resnet18", "lstm", "encoder"],
)
def test_networks_of_an_introductory_course_are_far_from_the_limits(model: Any, shape: tuple[int, ...]) -> None:
    """Trained with batches of 256, judged with batches of 500."""
    network = captured(model(), shape)
    budget = Budget(4 * 2**30)
    require_affordable(network.graphs["train"], network.specs, [Tensor((256, *shape))], budget, training=True)
    require_affordable(network.graphs["eval"], network.specs, [Tensor((500, *shape))], budget)
    assert estimate(network.graphs["train"], network.specs, Tensor((256, *shape)), training=True).operations < 10**12


def test_evaluation_forgets_what_nobody_needs_and_training_does_not() -> None:
    """A long chain holds two results at a time; its backward pass reads them all."""
    chain = graph(("aten.sigmoid.default", X), *(("aten.sigmoid.default", Ref(f"n{at}")) for at in range(99)))
    shape = (1000, 1000)
    own = 4 * 2 + 2 * 4 * 16
    assert cost(chain, shape).peak_bytes == pytest.approx(3 * 4 * 10**6, abs=own * 10)
    assert cost(chain, shape, training=True).peak_bytes >= 101 * 4 * 10**6


def test_a_view_costs_nothing_and_keeps_alive_what_it_shows() -> None:
    """The small piece of a large result holds all of it until the end."""
    held = graph(
        ("aten.exp.default", X), ("aten.select.int", Ref("n0"), 0, 0), ("aten.exp.default", X),
        ("aten.add.Tensor", Ref("n2"), Ref("n1")),
    )  # fmt: skip
    copied = graph(
        ("aten.exp.default", X), ("aten.amax.default", Ref("n0"), [0]), ("aten.exp.default", X),
        ("aten.add.Tensor", Ref("n2"), Ref("n1")),
    )  # fmt: skip
    shape = (1000, 1000)
    assert cost(held, shape).peak_bytes - cost(copied, shape).peak_bytes == pytest.approx(4 * 10**6, rel=0.01)


def test_what_pytorch_refuses_ends_the_walk_and_is_no_refusal() -> None:
    """Nothing after that point will run, so it costs nothing; the evaluator says what was wrong."""
    broken = graph(("aten.view.default", X, [3, 7]), ("aten.repeat.default", Ref("n0"), [10**4, 10**4]))
    assert cost(broken).fails_at == "n0" and cost(broken).peak_bytes < 1000


def test_sizes_are_computed_from_sizes() -> None:
    """Arithmetic on the batch size is followed exactly."""
    found = graph(
        ("aten.sym_size.int", X, 0), ("sym.mul", Ref("n0"), 6), ("sym.floordiv", Ref("n1"), 4), ("sym.sub", Ref("n2"), 1),
        ("sym.neg", Ref("n3")), ("sym.mod", Ref("n4"), 5), ("sym.add", Ref("n5"), Ref("n0")),
        ("aten.zeros.default", [Ref("n6"), 3]),
    )  # fmt: skip
    last = found.nodes[-1].name
    assert cost(found, (2, 4)).values[last] == Tensor((-2 % 5 + 2, 3))
    assert cost(found, (7, 4)).values[last] == Tensor((-9 % 5 + 7, 3))


def test_a_division_by_zero_ends_the_walk() -> None:
    """As it ends the run."""
    assert cost(graph(("sym.mod", 3, 0))).fails_at == "n0"


@pytest.mark.parametrize(
    "nodes",
    [
        [("aten.zeros.default", [N, 2])],
        [("aten.select.int", X, 0, N)],
        [("aten.arange.default", N)],
        [("aten.add.Scalar", X, N, 1)],
        [("sym.mul", X, 3)],
        [("aten.split.Tensor", X, 1), ("sym.mul", Ref("n0"), 10**9)],
        [("aten.split.Tensor", X, 1), ("aten.relu.default", Ref("n0"))],
        [("getitem", X, 0)],
        [("aten.cat.default", X)],
        [("aten.sym_size.int", X, 0), ("aten.cat.default", [X, Ref("n0")])],
    ],
    ids=lambda nodes: nodes[-1][0],
)
def test_a_value_of_another_kind_is_refused(nodes: list[tuple[Any, ...]]) -> None:
    """Above all a tensor where a size is wanted: nobody knows it before the graph runs."""
    assert refusal(graph(*nodes))["id"] == "graph.bad_argument"


@pytest.mark.parametrize("kind", ["rnn_tanh", "gru", "lstm"])
def test_a_hidden_state_of_another_batch_size_is_refused(kind: str) -> None:
    """PyTorch would read beyond it."""
    gates = {"rnn_tanh": 1, "gru": 3, "lstm": 4}[kind]
    weights = [("aten.zeros.default", [gates * 4, 4])] * 2
    params = [Ref("n0"), Ref("n1")]
    rest = (params, False, 1, 0.0, False, False, True)

    def layer(batch: int) -> Graph:
        state = ("aten.zeros.default", [1, batch, 4])
        hx = [Ref("n2"), Ref("n2")] if kind == "lstm" else Ref("n2")
        return graph(*weights, state, (f"aten.{kind}.input", X, hx, *rest), ("getitem", Ref("n3"), 0))

    assert cost(layer(2), (2, 5, 4)).values["n4"] == Tensor((2, 5, 4))
    assert refusal(layer(1), (2, 5, 4)) == {"id": "graph.misfit", "node": "n3", "operator": f"aten.{kind}.input"}


SQUARES = [("sym.mul", 2**40, 2**40), *(("sym.mul", Ref(f"n{at}"), Ref(f"n{at}")) for at in range(4000))]
DIMENSIONS = [("aten.unsqueeze.default", X, 0), *(("aten.unsqueeze.default", Ref(f"n{at}"), 0) for at in range(4000))]
LISTS = [("aten.unbind.int", X, 0)] * 4000


@pytest.mark.parametrize(
    ("nodes", "shape", "id"),
    [
        (SQUARES, (2, 4), "graph.unbounded"),
        (DIMENSIONS, (2, 4), "graph.too_many_dimensions"),
        ([("aten.view.default", X, [1] * 10_000)], (1, 1), "graph.too_many_dimensions"),
        (LISTS, (9_000, 1), "graph.too_many_results"),
        ([("aten.split.Tensor", X, 1)], (10**7, 1), "graph.unbounded"),
        ([("aten.chunk.default", X, 2**62)], (0, 1), "graph.unbounded"),
        ([("aten.arange.default", 1e300)], (2, 4), "graph.unbounded"),
        ([("aten.arange.default", float("inf"))], (2, 4), "graph.unbounded"),
        ([("aten.arange.start", float("nan"), 3)], (2, 4), "graph.unbounded"),
        ([("aten.upsample_nearest2d.vec", X, None, [float("inf"), 1.0])], (1, 1, 2, 2), "graph.unbounded"),
        ([("aten.upsample_nearest2d.vec", X, None, [1e200, 1e100])], (1, 1, 2, 2), "graph.unbounded"),
        ([("sym.mul", 2**31, 2**31), ("aten.zeros.default", [0, Ref("n0")]), ("aten.pad.default", Ref("n1"), [2**62, 2**62])],
         (2, 4), "graph.unbounded"),
    ],
    ids=["squares", "dimensions", "ones", "lists", "split", "chunk", "arange", "inf", "nan", "scale", "scales", "empty"],
)  # fmt: skip
def test_the_walk_itself_is_bounded(nodes: list[tuple[Any, ...]], shape: tuple[int, ...], id: str) -> None:
    """Numbers with thousands of digits, thousands of dimensions, millions of pieces: refused when the first one appears."""
    assert refusal(graph(*nodes), shape)["id"] == id
    assert MAX_RESULTS <= 10**5


def test_a_state_of_unknown_type_is_refused() -> None:
    """Its size in memory is unknown."""
    specs = SPECS | {"w": TensorSpec("w", "parameter", (4, 4), "float12")}
    with pytest.raises(GraphRefused):
        estimate(graph(("aten.relu.default", X)), specs, Tensor((2, 4)))


def test_lists_of_operators_name_operators() -> None:
    """A misspelt name would count nothing."""
    for name, names in vars(memory).items():
        if isinstance(names, frozenset):
            assert names <= OPERATORS.keys(), name
