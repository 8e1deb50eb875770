"""A graph that would cost too much is refused before anything runs, by the name of the operator that spends the budget."""

from __future__ import annotations

import time
from typing import Any

import pytest
from test_cost import SPECS, X, graph

from grader.errors import GraphRefused
from grader.evidence.budget import MAX_OPERATIONS, Budget, require_affordable
from grader.evidence.graph import Graph, Node, Ref, TensorSpec
from grader.evidence.sizing.tensors import Tensor
from grader.evidence.validation import MAX_NODES, validate
from grader.sandbox.seam import Limits

BUDGET = Budget(Limits().memory_bytes)
WIDE = (2**14, 2**14)  # a quarter of the memory as float32

# Each asks for more than the machine has, by arguments that are all well-formed.
BOMBS: dict[str, tuple[list[tuple[Any, ...]], tuple[int, ...]]] = {
    "repeat": ([("aten.repeat.default", X, [2**14, 2**14])], (2, 4)),
    "repeat after repeat": (
        [("aten.repeat.default", X, [10]), *(("aten.repeat.default", Ref(f"n{at}"), [10]) for at in range(12))], (4,),
    ),
    "expand": (
        [("aten.expand.default", X, [2**14, 2**14, 1]), ("aten.expand.default", Ref("n0"), [-1, -1, 1000]),
         ("aten.sum.default", Ref("n1"))], (1, 1, 1),
    ),
    "cat": ([("aten.cat.default", [X] * 100), *(("aten.cat.default", [Ref(f"n{at}")] * 100) for at in range(5))], (2, 4)),
    "stack": ([("aten.stack.default", [X] * 1000), ("aten.stack.default", [Ref("n0")] * 10_000)], (20, 40)),
    "zeros": (
        [("aten.zeros.default", [2**14, 2**14])] * 3 + [("aten.stack.default", [Ref("n0"), Ref("n1"), Ref("n2")])], (2, 4),
    ),
    "zeros of a product": (
        [("aten.sym_size.int", X, 0), ("sym.mul", Ref("n0"), 2**38), ("aten.zeros.default", [Ref("n1")])], (2, 4),
    ),
    "full": ([("aten.full.default", [2**28], 1), ("aten.add.Tensor", Ref("n0"), Ref("n0")), ("aten.exp.default", Ref("n1"))], (2, 4)),
    "arange": ([("aten.arange.default", 10**10)], (2, 4)),
    "outer product": ([("aten.unsqueeze.default", X, 1), ("aten.mul.Tensor", X, Ref("n0"))], (2**17, 1, 1)),
    "broadcast": (
        [("aten.view.default", X, [-1, 1]), ("aten.view.default", X, [1, -1]), ("aten.add.Tensor", Ref("n0"), Ref("n1"))],
        (2**17,),
    ),
    "matmul": ([("aten.view.default", X, [-1, 1]), ("aten.view.default", X, [1, -1]),
                ("aten.matmul.default", Ref("n0"), Ref("n1"))], (2**17,)),
    "matmul in time": ([("aten.matmul.default", X, X)] * 2, WIDE),
    "einsum": ([("aten.einsum.default", "a,b,c,d,e->abcde", [X] * 5)], (100,)),
    "einsum that hides it": ([("aten.einsum.default", "a,b,c,d,e,f->", [X] * 6)], (100,)),
    "bilinear": ([("aten.zeros.default", [500, 500, 500]), ("aten.bilinear.default", X, X, Ref("n0"))], (100_000, 500)),
    "conv by padding": (
        [("aten.zeros.default", [1, 1, 1, 1]), ("aten.conv2d.default", X, Ref("n0"), None, [1, 1], [2**20, 2**20])],
        (1, 1, 4, 4),
    ),
    "conv by channels": (
        [("aten.zeros.default", [2**20, 4, 1, 1]), ("aten.conv2d.default", X, Ref("n0"))], (16, 4, 16, 16),
    ),
    "conv by kernel": (
        [("aten.zeros.default", [64, 64, 127, 127]), ("aten.conv2d.default", X, Ref("n0"), None, [1, 1], [63, 63])],
        (64, 64, 128, 128),
    ),
    "transposed conv": (
        [("aten.zeros.default", [1, 1, 1, 1]), ("aten.conv_transpose2d.input", X, Ref("n0"), None, [2**18, 2**18])],
        (1, 1, 4, 4),
    ),
    "pad": ([("aten.pad.default", X, [2**30, 2**30])], (2, 4)),
    "upsample": ([("aten.upsample_nearest2d.vec", X, [2**16, 2**16], None)], (1, 1, 4, 4)),
    "upsample by a factor": ([("aten.upsample_bilinear2d.vec", X, None, False, [1e5, 1e5])], (1, 1, 4, 4)),
    "adaptive pool": ([("aten.adaptive_avg_pool2d.default", X, [2**16, 2**16])], (1, 1, 4, 4)),
    "embedding": (
        [("aten.zeros.default", [2, 2**20]), ("aten.zeros_like.default", X, {"dtype": None}),
         ("aten.embedding.default", Ref("n0"), Ref("n1"))], (100, 100),
    ),
    "attention": ([("aten.scaled_dot_product_attention.default", X, X, X)], (2**18, 2)),
    "steps without end": (
        [("aten.zeros.default", [0, 0]), ("aten.zeros.default", [1, 1, 0]),
         ("aten.rnn_tanh.input", X, Ref("n1"), [Ref("n0"), Ref("n0")], False, 1, 0.0, False, False, True)],
        (1, 2**30, 0),
    ),
    "many large results": ([("aten.exp.default", X)] * 8 + [("aten.stack.default", [Ref(f"n{at}") for at in range(8)])], WIDE),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_name(name: str) -> None:
    """What, where, how much and how much is allowed, in both languages."""
    nodes, shape = BOMBS[name]
    found = graph(*nodes)
    with pytest.raises(GraphRefused) as refused:
        require_affordable(found, SPECS, [Tensor(shape)], BUDGET)
    told = refused.value.message
    assert told.id in ("graph.too_much_memory", "graph.too_costly", "graph.unbounded")
    assert found.node(told.args["node"]).operator == told.args["operator"]  # type: ignore[union-attr]
    assert refused.value.text("en") and refused.value.text("ko")


def test_found_and_allowed_are_told() -> None:
    """So that a student knows how far off it is."""
    with pytest.raises(GraphRefused) as refused:
        require_affordable(graph(("aten.repeat.default", X, [2**10, 2**10])), SPECS, [Tensor((32, 64))], BUDGET)
    assert refused.value.message.args == {
        "node": "n0", "operator": "aten.repeat.default", "found": 8192, "limit": 4096,
    }  # fmt: skip


def test_every_input_is_looked_at() -> None:
    """A graph may be small for one batch size and a bomb for the next."""
    trap = graph(
        ("aten.sym_size.int", X, 0), ("sym.floordiv", Ref("n0"), 7), ("sym.mul", Ref("n1"), 2**36),
        ("aten.zeros.default", [Ref("n2")]),
    )  # fmt: skip
    require_affordable(trap, SPECS, [Tensor((batch, 4)) for batch in (1, 2, 5, 6)], BUDGET)
    with pytest.raises(GraphRefused):
        require_affordable(trap, SPECS, [Tensor((batch, 4)) for batch in (1, 2, 7)], BUDGET)


def test_training_needs_room_for_gradients_and_the_optimizer() -> None:
    """A model whose weights fit, and whose training does not."""
    specs = SPECS | {"w": TensorSpec("w", "parameter", (2**14, 2**14), "float32", True)}
    found = Graph("x", {"w_": "w"}, (Node("n0", "aten.linear.default", (X, Ref("w_"))),), Ref("n0"))
    validate(found, specs)
    require_affordable(found, specs, [Tensor((2, 2**14))], BUDGET)
    with pytest.raises(GraphRefused):
        require_affordable(found, specs, [Tensor((2, 2**14))], BUDGET, training=True)


@pytest.mark.slow
@pytest.mark.parametrize("wide", [False, True], ids=["deep", "wide"])
def test_the_largest_graph_is_judged_in_seconds(wide: bool) -> None:
    """The controller waits for nobody: as many nodes as pass the gate, each as awkward as it may be."""
    nodes: list[tuple[Any, ...]] = [("aten.view.default", X, [1] * 62 + [2, 4])]
    for at in range(MAX_NODES - 1):
        nodes.append(
            ("aten.cat.default", [Ref("n0")] * 200, 0) if wide else ("aten.add.Tensor", Ref(f"n{at}"), Ref("n0"))
        )
    started = time.process_time()
    require_affordable(graph(*nodes), SPECS, [Tensor((2, 4))], BUDGET)
    assert time.process_time() - started < 20


def test_the_limit_is_about_what_an_evaluator_waits_for() -> None:
    """Ten times more would let through what the clock stops anyway; ten times less would stop honest networks."""
    assert 10**12 < MAX_OPERATIONS < 10**14
