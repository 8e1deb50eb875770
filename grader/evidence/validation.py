"""The gate between a captured graph and the evaluator: what is not known to be harmless is refused, by name.

Everything here is plain Python on plain data. Refused: an operator off the allow-list, a reference that does not point
backwards, an argument of another type than the operator's schema says, absurd sizes and counts, tensors whose dtype or
shape is not what the state says.

Not covered: an operator that is on the list, has arguments of the right types and still fails for their values; that
happens in the evaluator, inside its limits, and is the submission's error. What a run costs is for `budget` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from grader.errors import GraphRefused
from grader.evidence.frames import ALLOWED_DTYPES, Array
from grader.evidence.graph import DType, Graph, Node, Ref, TensorSpec, Value, references
from grader.evidence.operators import OPERATORS, Operator, Parameter

MAX_NODES = 5_000
MAX_LIST = 10_000
MAX_INTEGER = 2**63 - 1
MAX_LITERAL_ELEMENTS = 2**28  # elements a single literal shape may ask for: 1 GiB of float32
MAX_STATE_ELEMENTS = 2**28

_SHAPE_PARAMETERS = frozenset({"size", "repeats", "shape"})
_DTYPES = ALLOWED_DTYPES | {"bfloat16", "complex64"}


def validate(graph: Graph, specs: Mapping[str, TensorSpec]) -> None:
    """Refuse `graph` unless every part of it is known to be harmless. Raises GraphRefused naming the first offender."""
    if len(graph.nodes) > MAX_NODES:
        raise GraphRefused("graph.too_many_nodes", found=len(graph.nodes), limit=MAX_NODES)
    known = {graph.input, *graph.placeholders}
    if graph.input in graph.placeholders:
        raise GraphRefused("graph.duplicate_name", name=graph.input)
    for key in graph.placeholders.values():
        if key not in specs:
            raise GraphRefused("graph.unknown_tensor", name=key)
    for node in graph.nodes:
        if node.name in known:
            raise GraphRefused("graph.duplicate_name", name=node.name)
        _check_node(node, known)
        known.add(node.name)
    for name in references(graph.output):
        if name not in known:
            raise GraphRefused("graph.bad_reference", node="output", name=name)


def validate_state(specs: Mapping[str, TensorSpec], tensors: Mapping[str, Array]) -> None:
    """Refuse a state whose arrays are not what its description says. Raises GraphRefused."""
    total = sum(spec.count for spec in specs.values())
    if total > MAX_STATE_ELEMENTS:
        raise GraphRefused("graph.state_too_large", found=total, limit=MAX_STATE_ELEMENTS)
    for key, spec in specs.items():
        array = tensors.get(key)
        if array is None:
            raise GraphRefused("graph.unknown_tensor", name=key)
        if array.shape != spec.shape or array.dtype.name != spec.dtype:
            raise GraphRefused("graph.wrong_tensor", name=key)


def _check_node(node: Node, known: set[str]) -> None:
    operator = OPERATORS.get(node.operator)
    if operator is None:
        raise GraphRefused("graph.unknown_operator", operator=node.operator, node=node.name)
    for name in chain(references(list(node.args)), references(list(node.kwargs.values()))):
        if name not in known:
            raise GraphRefused("graph.bad_reference", node=node.name, name=name)
    for parameter, value in _bind(operator, node):
        if not _fits(parameter.kind, value):
            raise GraphRefused("graph.bad_argument", operator=node.operator, node=node.name, name=parameter.name)
        if parameter.name in _SHAPE_PARAMETERS:
            _check_literal_shape(node, value)


def _bind(operator: Operator, node: Node) -> Iterable[tuple[Parameter, Value]]:
    positional = [parameter for parameter in operator.parameters if not parameter.keyword_only]
    by_name = {parameter.name: parameter for parameter in operator.parameters}
    given = {parameter.name for parameter in positional[: len(node.args)]}
    required = {parameter.name for parameter in operator.parameters if not parameter.optional}
    if len(node.args) > len(positional) or not node.kwargs.keys() <= by_name.keys():
        raise GraphRefused("graph.bad_arguments", operator=node.operator, node=node.name)
    if given & node.kwargs.keys() or not required <= given | node.kwargs.keys():
        raise GraphRefused("graph.bad_arguments", operator=node.operator, node=node.name)
    yield from zip(positional, node.args, strict=False)
    for name, value in node.kwargs.items():
        yield by_name[name], value


def _fits(kind: str, value: Value) -> bool:
    if value is None:
        return kind in "tjJgGcrdm"
    if kind == "m":
        return False  # never sent
    if kind in "IJ":
        return _is_list(value, _is_integer) or _is_integer(value)
    if kind in "FG":
        return _is_list(value, _is_number)
    if kind == "L":
        return isinstance(value, Ref) or _is_list(value, lambda item: isinstance(item, Ref))
    checks = {"T": _is_tensor, "t": _is_tensor, "i": _is_integer, "j": _is_integer, "f": _is_number, "g": _is_number}
    if kind in checks:
        return checks[kind](value)
    if kind in "bc":
        return isinstance(value, bool)
    if kind in "sr":
        return isinstance(value, str) and len(value) <= 200
    return kind == "d" and isinstance(value, DType) and value.name in _DTYPES


def _is_tensor(value: Value) -> bool:
    # A plain number stands for a tensor in operators such as add.Tensor.
    return isinstance(value, Ref) or _is_number(value)


def _is_integer(value: Value) -> bool:
    return isinstance(value, Ref) or (
        isinstance(value, int) and not isinstance(value, bool) and -MAX_INTEGER <= value <= MAX_INTEGER
    )


def _is_number(value: Value) -> bool:
    return isinstance(value, Ref | bool | float) or _is_integer(value)


def _is_list(value: Value, accepts: object) -> bool:
    return (
        isinstance(value, list | tuple) and len(value) <= MAX_LIST and all(accepts(item) for item in value)  # type: ignore[operator]
    )


def _check_literal_shape(node: Node, value: Value) -> None:
    elements = 1
    for size in value if isinstance(value, Sequence) else [value]:
        elements *= abs(size) if isinstance(size, int) and size else 1
        if (
            elements > MAX_LITERAL_ELEMENTS
        ):  # at once: the product of ten thousand sizes has more digits than Python prints
            raise GraphRefused("graph.too_large", operator=node.operator, node=node.name, found=elements)
