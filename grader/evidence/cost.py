"""What a validated graph would cost on an input of a given shape, found without running it: sizes, operations, memory.

The walk works on plain integers and is bounded itself: every tensor it hands on has a limited number of dimensions and
of bytes, every number 63 bits, every operator a limited number of results. What exceeds that is refused at once, as is a
tensor where a number is wanted: a size that depends on a tensor's content cannot be known beforehand.

Memory is counted as the evaluator uses it: a result lives until its last use, views share their input's memory, and
training keeps what the backward pass will read. Where PyTorch is certain to fail the walk stops, since nothing after that
point runs; the evaluator says what went wrong.

Not covered: scratch space inside a kernel beyond what the rules count (a layout that a library prefers, an unfolded
convolution), memory that an allocator keeps, the number of training steps. The evaluator's own limits hold for those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from grader.errors import GraphRefused
from grader.evidence.graph import DType, Graph, Node, Ref, TensorSpec, node_references, references
from grader.evidence.operators import OPERATORS
from grader.evidence.sizing.memory import OPTIMIZER_COPIES, Memory
from grader.evidence.sizing.rules import RULES
from grader.evidence.sizing.tensors import ITEM_BYTES, Made, Misfit, Tensor, Unbounded, Value, WillFail, tensors_of
from grader.evidence.validation import MAX_INTEGER

MAX_RANK = 64  # Source: the most dimensions that PyTorch's elementwise operators take
MAX_RESULTS = 20_000  # that a whole graph may hand out in lists
TRAINING_FACTOR = 3  # the backward pass computes two gradients where the forward pass computes one result
MAX_TENSOR_BYTES = 2**40  # of any one tensor, views included: whatever the budget, no walk goes on with more


@dataclass(frozen=True, slots=True)
class Step:
    """One node that would run: what it makes, its operations, and the memory in use while it runs."""

    node: Node
    made: Made
    operations: int
    bytes: int


@dataclass
class Cost:
    """A whole run."""

    operations: int = 0
    peak_bytes: int = 0
    largest_bytes: int = 0
    values: dict[str, Value] = field(default_factory=dict)  # of the input, the state and every node, by name
    fails_at: str | None = None  # the node at which PyTorch refuses these sizes

    def add(self, step: Step) -> None:
        """Count one more step."""
        self.operations += step.operations
        self.peak_bytes = max(self.peak_bytes, step.bytes)
        self.largest_bytes = max(self.largest_bytes, *(item.bytes for item in (*tensors_of(step.made.value), _NOTHING)))


_NOTHING = Tensor((0,))


def estimate(graph: Graph, specs: Mapping[str, TensorSpec], x: Tensor, *, training: bool = False) -> Cost:
    """The cost of one run on `x`; with `training`, forward and backward. The graph has passed `validate`.

    Raises:
        GraphRefused: some value has no bound.
    """
    cost = Cost()
    for step in walk(graph, specs, x, cost, training=training):
        cost.add(step)
    return cost


def walk(
    graph: Graph, specs: Mapping[str, TensorSpec], x: Tensor, cost: Cost, *, training: bool = False
) -> Iterator[Step]:
    """The steps in order, each before the next is looked at; `cost` learns the values and where the walk stopped."""
    values = cost.values
    memory = _with_state(graph, specs, training)
    memory.hold(graph.input, x.bytes)
    values[graph.input] = x
    for name, key in graph.placeholders.items():
        values[name] = tensor_of(specs[key])
        memory.hold(name, 0)
    cost.peak_bytes = memory.in_use
    results = 0
    for position, node in enumerate(graph.nodes):
        try:
            made = _made(node, values)
        except WillFail:
            cost.fails_at = node.name
            return
        values[node.name] = made.value
        results += len(made.value) if isinstance(made.value, tuple) else 0
        if results > MAX_RESULTS:
            _refuse("graph.too_many_results", node, found=results, limit=MAX_RESULTS)
        in_use = memory.step(position, node, made) + (_gradients(node, made, values) if training else 0)
        yield Step(node, made, made.operations * (TRAINING_FACTOR if training else 1), in_use)


def tensor_of(spec: TensorSpec) -> Tensor:
    """The tensor that `spec` describes. Raises GraphRefused for an element type that nobody knows."""
    if spec.dtype not in ITEM_BYTES:
        raise GraphRefused("graph.wrong_tensor", name=spec.key)
    return Tensor(spec.shape, spec.dtype)


def _with_state(graph: Graph, specs: Mapping[str, TensorSpec], training: bool) -> Memory:
    """Memory that holds the model's own tensors, and what an optimiser adds to those that it trains."""
    memory = Memory(_last_uses(graph), training=training)
    copies = {spec.key: OPTIMIZER_COPIES if training and spec.trainable else 0 for spec in specs.values()}
    memory.in_use = sum(tensor_of(spec).bytes * (1 + copies[spec.key]) for spec in specs.values())
    return memory


def _gradients(node: Node, made: Made, values: Mapping[str, Value]) -> int:
    """Bytes of gradients that pass through this node at once."""
    used = (tensor.bytes for name in node_references(node) for tensor in tensors_of(values[name]))
    return sum(tensor.bytes for tensor in tensors_of(made.value)) + max(used, default=0)


def _made(node: Node, values: Mapping[str, Value]) -> Made:
    operator = OPERATORS[node.operator]
    given = node.arguments()
    arguments = {
        parameter.name: _argument(node, parameter.name, parameter.kind, given[parameter.name], values)
        for parameter in operator.parameters
        if parameter.name in given
    }
    try:
        made = RULES[node.operator](arguments)
    except Unbounded:
        _refuse("graph.unbounded", node)
    except Misfit:
        _refuse("graph.misfit", node)
    _bound(node, made.value)
    return made


def _bound(node: Node, value: Value) -> None:
    """Refuse a result that would make the walk itself expensive."""
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            _refuse("graph.unbounded", node)
        return
    for tensor in tensors_of(value):
        if tensor.rank > MAX_RANK:
            _refuse("graph.too_many_dimensions", node, found=tensor.rank, limit=MAX_RANK)
        if tensor.bytes > MAX_TENSOR_BYTES or any(size > MAX_INTEGER for size in tensor.shape):
            _refuse("graph.unbounded", node)


def _argument(node: Node, name: str, kind: str, value: Any, values: Mapping[str, Value]) -> Any:
    """One argument with references looked up. Raises GraphRefused where a value of another kind stands."""
    if isinstance(value, DType):
        return value.name
    if isinstance(value, list | tuple) and kind != "L":
        return [_argument(node, name, "i" if kind in "IJ" else "f", item, values) for item in value]
    found = _looked_up(value, values)
    if kind in "Tt" and isinstance(found, bool | int | float):
        return Tensor((), "bool" if isinstance(found, bool) else "int64" if isinstance(found, int) else "float32")
    if found is None or isinstance(found, _KINDS.get(kind, object)):
        return found
    _refuse("graph.bad_argument", node, name=name)


_KINDS: dict[str, Any] = {
    "T": Tensor, "t": Tensor, "L": tuple, "i": int, "j": int, "I": int, "J": int,
    "f": int | float, "g": int | float, "F": int | float, "G": int | float,
}  # fmt: skip


def _looked_up(value: Any, values: Mapping[str, Value]) -> Any:
    if isinstance(value, Ref):
        return values[value.name]
    if isinstance(value, list | tuple):
        found = tuple(_looked_up(item, values) for item in value)
        return found if all(isinstance(item, Tensor) for item in found) else ...
    return value


def _last_uses(graph: Graph) -> dict[str, int]:
    """Position of the last node that uses each name; past the end for what the graph returns."""
    last = {node.name: position for position, node in enumerate(graph.nodes)}
    for position, node in enumerate(graph.nodes):
        last.update(dict.fromkeys(node_references(node), position))
    last.update(dict.fromkeys((graph.input, *graph.placeholders, *references(graph.output)), len(graph.nodes)))
    return last


def _refuse(id: str, node: Node, **args: Any) -> NoReturn:
    raise GraphRefused(id, node=node.name, operator=node.operator, **args)
