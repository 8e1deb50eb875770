"""Graphs: real captures with operators, arguments, references, shapes and tensors changed; the survivors are really run."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import numpy as np
from captures import ALL, answers, graphs, load_body
from mutation import NUMBERS, changed_json
from networks import ZOO

from grader.errors import ChildFailed, ChildTimeout, GraphRefused, LimitExceeded, ProtocolError
from grader.evidence.budget import Budget, require_affordable
from grader.evidence.cost import estimate
from grader.evidence.fingerprint import fingerprint
from grader.evidence.frames import Array, Frame
from grader.evidence.graph import Graph, TensorSpec, graph_from_json, spec_from_json
from grader.evidence.operators import OPERATORS
from grader.evidence.sizing.tensors import Tensor, tensors_of
from grader.evidence.validation import validate, validate_state
from grader.sandbox import Child, Limits, Sandbox, open_sandbox

BATCHES = (2, 1, 5)
# Small, so that what slips through is met: an evaluator may use twice what the budget grants.
BUDGET = Budget(memory_bytes=256 * 2**20, operations=10**10)
LIMITS = Limits(wall_seconds=60, cpu_seconds=600, memory_bytes=2 * 256 * 2**20 + 64 * 2**20)

BOMBS: tuple[tuple[str, list[Any]], ...] = (
    ("aten.repeat.default", [..., [1, 2**14, 2**14]]), ("aten.expand.default", [..., [2**13, -1, -1]]),
    ("aten.zeros.default", [[2**14, 2**14]]), ("aten.cat.default", [[...] * 1000]), ("aten.stack.default", [[...] * 1000]),
    ("aten.einsum.default", ["ab,cd,ef->abcdef", [...] * 3]), ("aten.pad.default", [..., [2**27, 2**27]]),
    ("aten.unbind.int", [...]), ("aten.split.Tensor", [..., 1]), ("aten.unsqueeze.default", [..., 1]),
    ("aten.matmul.default", [..., ...]), ("aten.t.default", [...]), ("aten.view.default", [..., [-1, 1]]),
    ("aten.exp.default", [...]), ("aten.sum.default", [...]), ("aten.squeeze.default", [...]), ("sym.mul", [2**40, 2**40]),
    ("aten.upsample_nearest2d.vec", [..., [2**14, 2**14], None]), ("aten.arange.default", [1e12]), ("aten.flip.default", [..., [0]]),
)  # fmt: skip


class Graphs:
    """Mutated graphs through the gate and the budget; one accepted in `every` goes to a real evaluator."""

    def __init__(self, networks: tuple[str, ...] = ALL, every: int = 1) -> None:
        self.networks = networks
        self.every = every
        self.accepted = 0
        self.sandbox: Sandbox | None = None
        self.child: Child | None = None
        self.states = {name: dict(frame.tensors) for name, frame in answers(networks)}

    def __enter__(self) -> Graphs:
        self.sandbox = open_sandbox(warm=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self.child is not None:
            self.child.close()
        if self.sandbox is not None:
            self.sandbox.close()

    def draw(self, random: Random) -> bytes:
        """A network's name, its graphs and specs with some changes, and which tensors change with them."""
        name, original = random.choice(graphs(self.networks))
        found = copy.deepcopy(original)
        for mode in ("eval", "train"):
            if random.random() < 0.8:
                _change_graph(found[mode], random)
        if random.random() < 0.2:
            found = changed_json(found, random, random.randint(1, 4))
        return json.dumps(
            {"name": name, "graph": found, "tensors": random.choice((None, None, "cut", "double"))}
        ).encode()

    def check(self, data: bytes) -> str:
        """Refused, or run to an answer or to the end of a child; in no case anything else."""
        case = json.loads(data)
        _, shape, dtype = ZOO[case["name"]]
        tensors = _tensors(self.states[case["name"]], case["tensors"])
        try:
            network, specs = _gate(case["graph"], tensors, shape, dtype)
        except GraphRefused as refused:
            assert refused.text("en") and refused.text("ko")
            return "refused" if refused.message.id not in COSTLY else "costly"
        fingerprint(network, specs)
        self.accepted += 1
        if self.sandbox is None or self.accepted % self.every:
            return "accepted"
        return self._run(network, specs, tensors, shape, dtype)

    def _run(
        self, network: dict[str, Graph], specs: dict[str, TensorSpec], tensors: Any, shape: tuple[int, ...], dtype: str
    ) -> str:
        child = self._alive()
        try:
            loaded = child.ask(Frame(load_body(network, specs), tensors)).body
            if "failed" in loaded:
                return "not loaded"
            request = {"shape": list(shape), "dtype": dtype, "seed": 0}
            found = child.ask(Frame({"request": "shapes", "batches": list(BATCHES), **request})).body
            _compare(network["eval"], specs, shape, dtype, found)
            child.ask(Frame({"request": "gradients", "batch": max(BATCHES), **request}))
            child.ask(Frame({"request": "initial", "seed": 0, "perturb_norms": True, "send": True}))
            child.ask(Frame({"request": "forward"}, {"input": np.zeros((4, *shape), dtype)}))
        except (ChildTimeout, LimitExceeded) as error:
            self._restart()
            raise AssertionError(f"the budget let through what a limit stopped: {error}") from error
        except (ChildFailed, ProtocolError) as error:
            assert not getattr(error, "ours", False), error
            self._restart()
            self._ping()
            return "child ended"
        return "failed" if "error" in found or "failed" in found else "ran"

    def _alive(self) -> Child:
        assert self.sandbox is not None
        if self.child is None:
            self.child = self.sandbox.start("evaluator", LIMITS)
        return self.child

    def _restart(self) -> None:
        if self.child is not None:
            self.child.close()
        self.child = None

    def _ping(self) -> None:
        """The sandbox still serves."""
        name, original = graphs(self.networks)[0]
        _, shape, dtype = ZOO[name]
        network, specs = _gate(original, self.states[name], shape, dtype)
        answer = self._alive().ask(Frame(load_body(network, specs), self.states[name])).body
        assert answer["device"] == "cpu"


COSTLY = ("graph.too_costly", "graph.too_much_memory", "graph.unbounded", "graph.too_many_results", "graph.misfit")


def _gate(
    graph: Any, tensors: dict[str, Array], shape: tuple[int, ...], dtype: str
) -> tuple[dict[str, Graph], dict[str, TensorSpec]]:
    """As the controller does it with a capture."""
    try:
        specs = {spec.key: spec for spec in map(spec_from_json, graph["state"])}
        network = {mode: graph_from_json(graph[mode]) for mode in ("eval", "train")}
    except (KeyError, TypeError):
        raise GraphRefused("graph.malformed", reason="missing part") from None
    for one in network.values():
        validate(one, specs)
    validate_state(specs, tensors)
    inputs = [Tensor((batch, *shape), dtype) for batch in (*BATCHES, 4)]
    for mode, one in network.items():
        require_affordable(one, specs, inputs, BUDGET)
        require_affordable(one, specs, inputs, BUDGET, training=mode == "train")
    require_affordable(network["eval"], specs, inputs, BUDGET, training=True)
    return network, specs


def _compare(
    graph: Graph, specs: dict[str, TensorSpec], shape: tuple[int, ...], dtype: str, found: dict[str, Any]
) -> None:
    """What the evaluator made has the sizes that were foreseen; where the walk stopped, the evaluator did too."""
    rows = found.get("shapes", [])
    for batch, row in zip(BATCHES, rows, strict=False):
        cost = estimate(graph, specs, Tensor((batch, *shape), dtype))
        for node in graph.nodes:
            if node.name in row and node.name != graph.input:
                assert node.name in cost.values, f"{node.name} ran after {cost.fails_at} at batch {batch}"
                first = tensors_of(cost.values[node.name])[0]
                assert list(first.shape) == row[node.name], (node, first, row[node.name])


def _tensors(state: dict[str, Array], how: str | None) -> dict[str, Array]:
    if how is None or not state:
        return state
    key = sorted(state)[0]
    if how == "cut":
        return {name: array for name, array in state.items() if name != key}
    return state | {key: state[key].astype("float64")}


# --- changes that keep the form ---------------------------------------------------------------------------------------


def _change_graph(graph: dict[str, Any], random: Random) -> None:
    for _ in range(random.randint(1, 4)):
        change = random.choice((_operator, _argument, _argument, _reference, _insert, _insert, _remove, _output))
        change(graph, random)


def _names(graph: dict[str, Any], before: int) -> list[str]:
    return [graph["input"], *graph["placeholders"], *(node[0] for node in graph["nodes"][:before])]


def _operator(graph: dict[str, Any], random: Random) -> None:
    """Another operator in place of one: often of the same form, or the arguments would never fit."""
    if not graph["nodes"]:
        return
    node = random.choice(graph["nodes"])
    form = [item.kind for item in OPERATORS[node[1]].parameters] if node[1] in OPERATORS else []
    alike = [name for name, item in OPERATORS.items() if [one.kind for one in item.parameters][:2] == form[:2]]
    node[1] = random.choice(alike if alike and random.random() < 0.8 else list(OPERATORS))


def _argument(graph: dict[str, Any], random: Random) -> None:
    """One number somewhere in the arguments becomes another."""
    if not graph["nodes"]:
        return
    args = random.choice(graph["nodes"])[2]
    numbers = [(args, at) for at, item in enumerate(args) if isinstance(item, int | float)]
    lists = [item for item in args if isinstance(item, list)]
    numbers += [(inner, at) for inner in lists for at, item in enumerate(inner) if isinstance(item, int | float)]
    if not numbers:
        return
    inside, at = random.choice(numbers)
    inside[at] = (
        not inside[at] if isinstance(inside[at], bool) else random.choice((*NUMBERS, inside[at] + 1, inside[at] * 2))
    )


def _reference(graph: dict[str, Any], random: Random) -> None:
    """One argument refers to another result."""
    at = random.randrange(len(graph["nodes"])) if graph["nodes"] else 0
    for node in graph["nodes"][at : at + 1]:
        slots = [(node[2], at) for at, item in enumerate(node[2]) if isinstance(item, dict)]
        if slots:
            inside, slot = random.choice(slots)
            inside[slot] = {"$ref": random.choice(_names(graph, at))}


def _insert(graph: dict[str, Any], random: Random) -> None:
    """A new operation that makes much of an earlier result and takes its place."""
    at = random.randint(0, len(graph["nodes"]))
    old = random.choice(_names(graph, at))
    operator, args = random.choice(BOMBS)
    name = f"new_{random.randrange(10**9)}"
    graph["nodes"].insert(at, [name, operator, _filled(args, old), {}, "", "", None])
    if random.random() < 0.7:
        for node in graph["nodes"][at + 1 :]:
            node[2] = [{"$ref": name} if item == {"$ref": old} else item for item in node[2]]
        if graph["output"] == {"$ref": old}:
            graph["output"] = {"$ref": name}


def _filled(value: Any, name: str) -> Any:
    if value is ...:
        return {"$ref": name}
    return [_filled(item, name) for item in value] if isinstance(value, list) else value


def _remove(graph: dict[str, Any], random: Random) -> None:
    """One operation is left out; what used it takes its first argument."""
    if not graph["nodes"]:
        return
    name, _, args, *_ = graph["nodes"].pop(random.randrange(len(graph["nodes"])))
    first = next((item for item in args if isinstance(item, dict)), {"$ref": graph["input"]})
    for node in graph["nodes"]:
        node[2] = [first if item == {"$ref": name} else item for item in node[2]]


def _output(graph: dict[str, Any], random: Random) -> None:
    if random.random() < 0.3:
        graph["output"] = {"$ref": random.choice(_names(graph, len(graph["nodes"])))}
