"""The graph of a model as data: operators, their arguments, and which tensors they use.

A `Graph` is what `torch.export` found, without torch: a list of `Node`s in order, each naming an operator on the
allow-list, its arguments, and where in the student's code it came from. The same form describes a rubric's reference
network, so one evaluator runs both.

Values in arguments: None, bool, int, float, str, `Ref` (an earlier node's result or an input), `DType`, and lists of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from grader.errors import GraphRefused
from grader.evidence.operators import OPERATORS
from grader.verdict import Location


@dataclass(frozen=True)
class Ref:
    """The result of the node, or the placeholder, with this name."""

    name: str


@dataclass(frozen=True)
class DType:
    """A tensor element type, e.g. ``DType("float32")``."""

    name: str


Value = None | bool | int | float | str | Ref | DType | Sequence[Any]

MAX_DEPTH = 4  # of lists in lists; operators take two at most
MAX_DIMENSIONS = 32


@dataclass(frozen=True)
class Node:
    """One operation."""

    name: str
    operator: str  # a key of OPERATORS
    args: Sequence[Value] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    path: str = ""  # path of the module that ran it, e.g. "layer1.0"; "" is the model itself
    module: str = ""  # class of that module, e.g. "torch.nn.modules.conv.Conv2d": a claim
    location: Location | None = None  # in the submission

    def arguments(self) -> dict[str, Value]:
        """Arguments by the operator's parameter names; what was left to its default is absent."""
        parameters = OPERATORS[self.operator].parameters
        positional = [parameter.name for parameter in parameters if not parameter.keyword_only]
        return dict(zip(positional, self.args, strict=False)) | dict(self.kwargs)


TensorKind = Literal["parameter", "buffer", "constant"]


@dataclass(frozen=True)
class TensorSpec:
    """One tensor of the model's state. Tied weights are one `TensorSpec`; `aliases` are its other names."""

    key: str  # e.g. "layer1.weight"
    kind: TensorKind
    shape: tuple[int, ...]
    dtype: str
    trainable: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of elements."""
        total = 1
        for size in self.shape:
            total *= size
        return total


@dataclass(frozen=True)
class Graph:
    """A model's computation: `placeholders` map a name used in the nodes to a key of the state."""

    input: str  # name of the model's one input
    placeholders: Mapping[str, str]
    nodes: Sequence[Node]
    output: Value

    def node(self, name: str) -> Node | None:
        """The node of this name."""
        return next((node for node in self.nodes if node.name == name), None)


def references(value: Value) -> Iterator[str]:
    """Names of all nodes and placeholders that `value` refers to."""
    if isinstance(value, Ref):
        yield value.name
    elif isinstance(value, list | tuple):
        for item in value:
            yield from references(item)


def node_references(node: Node) -> Iterator[str]:
    """Names that a node's arguments refer to."""
    yield from references(list(node.args))
    yield from references(list(node.kwargs.values()))


def in_place(operator: str) -> bool:
    """Whether an operator changes its first argument, e.g. ``aten.add_.Tensor``."""
    return operator.startswith("aten.") and operator.split(".")[1].endswith("_")


def live(graph: Graph) -> Graph:
    """The graph without nodes whose results reach neither the output nor a buffer (in-place updates stay)."""
    needed = set(references(graph.output))
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if node.name in needed or in_place(node.operator):
            kept.append(node)
            needed.update(node_references(node))
    return replace(graph, nodes=tuple(reversed(kept)))


# --- JSON -----------------------------------------------------------------------------------------------------------


def graph_to_json(graph: Graph) -> dict[str, Any]:
    """A JSON object for `graph`."""
    return {
        "input": graph.input,
        "placeholders": dict(graph.placeholders),
        "nodes": [_node_to_json(node) for node in graph.nodes],
        "output": value_to_json(graph.output),
    }


def graph_from_json(data: Any) -> Graph:
    """The graph in `data`. Raises GraphRefused when it has not the form of one; `validate` judges its content."""
    try:
        placeholders = {_text(key): _text(item) for key, item in data["placeholders"].items()}
        nodes = tuple(_node_from_json(item) for item in data["nodes"])
        return Graph(_text(data["input"]), placeholders, nodes, value_from_json(data["output"]))
    except GraphRefused:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GraphRefused("graph.malformed", reason=type(error).__name__) from None


def spec_from_json(data: Any) -> TensorSpec:
    """The tensor description in `data`. Raises GraphRefused."""
    try:
        if data["kind"] not in ("parameter", "buffer", "constant"):
            raise ValueError
        if len(data["shape"]) > MAX_DIMENSIONS:
            raise ValueError
        shape = tuple(_size(size) for size in data["shape"])
        aliases = tuple(_text(alias) for alias in data.get("aliases", ()))
        return TensorSpec(
            _text(data["key"]), data["kind"], shape, _text(data["dtype"]), bool(data.get("trainable")), aliases
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GraphRefused("graph.malformed", reason=type(error).__name__) from None


def spec_to_json(spec: TensorSpec) -> dict[str, Any]:
    """A JSON object for `spec`."""
    return {
        "key": spec.key,
        "kind": spec.kind,
        "shape": list(spec.shape),
        "dtype": spec.dtype,
        "trainable": spec.trainable,
        "aliases": list(spec.aliases),
    }


def value_to_json(value: Value) -> Any:
    """JSON for one argument."""
    if isinstance(value, Ref):
        return {"$ref": value.name}
    if isinstance(value, DType):
        return {"$dtype": value.name}
    if isinstance(value, list | tuple):
        return [value_to_json(item) for item in value]
    return value


def value_from_json(data: Any, depth: int = 0) -> Value:
    """One argument from JSON. Raises ValueError for anything that is not one."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(data, dict):
        if data.keys() == {"$ref"}:
            return Ref(_text(data["$ref"]))
        if data.keys() == {"$dtype"}:
            return DType(_text(data["$dtype"]))
        raise ValueError("unknown value")
    if isinstance(data, list):
        return [value_from_json(item, depth + 1) for item in data]
    if data is None or isinstance(data, bool | int | float | str):
        return data
    raise ValueError("unknown value")


def location_to_json(location: Location | None) -> Any:
    """JSON for a place in the submission."""
    return None if location is None else [location.file, location.line, location.cell]


def location_from_json(data: Any) -> Location | None:
    """A place in the submission. Raises ValueError or TypeError."""
    if data is None:
        return None
    file, line, cell = data
    return Location(_text(file), None if line is None else _size(line), None if cell is None else _size(cell))


def _node_to_json(node: Node) -> list[Any]:
    return [
        node.name,
        node.operator,
        value_to_json(node.args),
        {key: value_to_json(value) for key, value in node.kwargs.items()},
        node.path,
        node.module,
        location_to_json(node.location),
    ]


def _node_from_json(data: Any) -> Node:
    name, operator, args, kwargs, path, module, location = data
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise ValueError("arguments")
    return Node(
        _text(name),
        _text(operator),
        tuple(value_from_json(item) for item in args),
        {_text(key): value_from_json(value) for key, value in kwargs.items()},
        _text(path),
        _text(module),
        location_from_json(location),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 500:
        raise ValueError("text")
    return value


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**40:
        raise ValueError("size")
    return value
