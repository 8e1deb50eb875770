"""A model as its graph: `torch.export` in evaluation and in training mode, written as plain data."""

from __future__ import annotations

import contextlib
import logging
import operator
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from grader.evidence.graph import DType, Graph, Node, Ref, TensorSpec, Value
from grader.student.source import Source
from grader.verdict import Location

_PYTHON_OPERATORS = {
    operator.getitem: "getitem",
    operator.add: "sym.add",
    operator.sub: "sym.sub",
    operator.mul: "sym.mul",
    operator.floordiv: "sym.floordiv",
    operator.mod: "sym.mod",
    operator.neg: "sym.neg",
}
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in ')
_SENT_ELSEWHERE = frozenset({"device", "pin_memory", "layout", "memory_format"})


class BatchSizeDecides(Exception):
    """The operations depend on the batch size, so no one graph is the model's."""

    def __init__(self) -> None:
        super().__init__(
            "the batch size decides what is computed, e.g. in a loop over the samples or through int(x.size(0))"
        )


@dataclass
class Exported:
    """Both graphs and the state they share."""

    graphs: dict[str, Graph] = field(default_factory=dict)  # "eval", "train"
    specs: dict[str, TensorSpec] = field(default_factory=dict)
    tensors: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    fixed_batch: int | None = None  # the only batch size the graph works for, where it is hard-coded


def export(model: nn.Module, sample: torch.Tensor, source: Source) -> Exported:
    """The graphs of `model` for inputs like `sample` (first dimension: the batch, at least 2).

    Raises whatever `torch.export` raises when the model has no graph, e.g. for a branch on tensor values.
    """
    logging.getLogger("torch").setLevel(logging.CRITICAL)  # its tracebacks are not what students know
    exported = Exported()
    aliases = _aliases(model)
    for mode in ("eval", "train"):
        model.train(mode == "train")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _len_of_tensors(model, source):
                program, fixed = _program(model, sample)
        exported.fixed_batch = fixed or exported.fixed_batch
        exported.graphs[mode] = _graph(program, source, aliases, exported)
    return exported


def _program(model: nn.Module, sample: torch.Tensor) -> tuple[Any, int | None]:
    from torch.export import Dim
    from torch.export import export as torch_export

    try:
        return torch_export(model, (sample,), dynamic_shapes=({0: Dim.DYNAMIC},), strict=False), None
    except Exception:
        # Either the batch size is hard-coded, or the model has no graph at all: the second try tells which. The exporter
        # has noted on the tensor itself that its batch may vary, hence the copy.
        return torch_export(model, (sample.clone(),), strict=False), int(sample.shape[0])


@contextlib.contextmanager
def _len_of_tensors(model: nn.Module, source: Source) -> Iterator[None]:
    """Python's ``len(x)`` can only give a plain number, which would fix the batch size; here it may give a symbol."""
    theirs = [module for module in model.modules() if _is_students(module, source)]
    scopes = [scope for module in theirs if "len" not in (scope := type(module).forward.__globals__)]
    for scope in scopes:
        scope["len"] = lambda value: value.shape[0] if isinstance(value, torch.Tensor) else len(value)
    try:
        yield
    finally:
        for scope in scopes:
            scope.pop("len", None)


def _is_students(module: nn.Module, source: Source) -> bool:
    code = getattr(type(module).forward, "__code__", None)
    return code is not None and source.location(code.co_filename, None) is not None


def _aliases(model: nn.Module) -> dict[str, str]:
    """Every name of a tied parameter or buffer → the first of its names."""
    first: dict[int, str] = {}
    names: dict[str, str] = {}
    tensors = [*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)]
    for name, tensor in tensors:
        names[name] = first.setdefault(id(tensor), name)
    return names


def _graph(program: Any, source: Source, aliases: dict[str, str], exported: Exported) -> Graph:
    placeholders: dict[str, str] = {}
    inputs: list[str] = []
    for item in program.graph_signature.input_specs:
        if item.kind.name == "USER_INPUT":
            inputs.append(item.arg.name)
        else:
            placeholders[item.arg.name] = _keep_tensor(program, item, aliases, exported)
    nodes = [_node(node, source) for node in program.graph.nodes if _is_operation(node)]
    output = next(node for node in program.graph.nodes if node.op == "output").args[0]
    output = output[0] if len(output) == 1 else output
    return Graph(inputs[0], placeholders, nodes, _value(output))


def _keep_tensor(program: Any, item: Any, aliases: dict[str, str], exported: Exported) -> str:
    target: str = item.target
    key = aliases.get(target, target)
    if key not in exported.specs:
        tensor = program.state_dict[target] if target in program.state_dict else program.constants[target]
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"{key} is not a tensor")
        kinds = {"PARAMETER": "parameter", "BUFFER": "buffer"}
        kind: Any = kinds.get(item.kind.name, "constant")
        array = tensor.detach().cpu().contiguous().numpy()
        names = tuple(sorted(name for name, first in aliases.items() if first == key and name != key))
        exported.specs[key] = TensorSpec(
            key, kind, tuple(tensor.shape), array.dtype.name, bool(tensor.requires_grad), names
        )
        exported.tensors[key] = np.array(array, copy=True)
    return key


def _is_operation(node: Any) -> bool:
    # Assertions about shapes and metadata are notes of the exporter, not computation.
    # A submodule is the body of a higher-order operator, which is refused by its own name.
    return (
        node.op not in ("placeholder", "output", "get_attr")
        and "assert" not in str(node.target)
        and node.name != "_guards_fn"
    )


def _node(node: Any, source: Source) -> Node:
    stack = [item for item in (node.meta.get("nn_module_stack") or {}).values() if "_metadata_hook" not in item[0]]
    path, module = stack[-1] if stack else ("", "")
    kwargs = {key: _value(value) for key, value in node.kwargs.items() if key not in _SENT_ELSEWHERE}
    return Node(
        name=node.name,
        operator=_operator_name(node),
        args=tuple(_value(value) for value in node.args),
        kwargs=kwargs,
        path=re.sub(r"@\d+", "", path),  # "relu@1" is the second call of relu
        module=module if isinstance(module, str) else getattr(module, "__qualname__", ""),
        location=_location(node.meta.get("stack_trace") or "", source),
    )


def _operator_name(node: Any) -> str:
    if node.op == "call_function" and node.target in _PYTHON_OPERATORS:
        return _PYTHON_OPERATORS[node.target]
    return str(node.target)


def _value(value: Any) -> Value:
    if isinstance(value, torch.fx.Node):
        return Ref(value.name)
    if isinstance(value, torch.dtype):
        return DType(str(value).removeprefix("torch."))
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.device | torch.layout | torch.memory_format):
        return None
    if isinstance(value, torch.SymInt):
        return int(value)
    raise TypeError(f"the graph holds a {type(value).__name__}")


def _location(stack_trace: str, source: Source) -> Location | None:
    for match in reversed(list(_FRAME.finditer(stack_trace))):
        location = source.location(match["file"], int(match["line"]))
        if location is not None:
            return location
    return None
