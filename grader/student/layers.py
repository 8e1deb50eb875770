"""Layers in the text of a network class: kept where PyTorch does not see them, or made anew at every call."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.student.effects import Program, calls_in, last_name, words
from grader.student.names import Function

_WITH_PARAMETERS = ("Linear", "Bilinear", "Conv", "LazyLinear", "LazyConv", "RNN", "LSTM", "GRU", "Embedding", "BatchNorm",
                    "LayerNorm", "GroupNorm", "InstanceNorm", "Transformer", "MultiheadAttention", "PReLU")  # fmt: skip
_CONTAINERS = words("Sequential ModuleList ModuleDict")


def is_layer(program: Program, call: ast.Call) -> bool:
    """Whether a call makes a layer with parameters (`nn.Linear(…)`, an imported `Conv2d(…)`)."""
    name = last_name(call.func)
    return name.startswith(_WITH_PARAMETERS) and name[:1].isupper() and program.dotted(call.func) != f"F.{name}"


def lint_layers(
    program: Program, node: ast.ClassDef, methods: Mapping[str, Function]
) -> Iterator[tuple[str, ast.AST, dict[str, str]]]:
    """Message id, place and arguments of each misplaced layer of a class."""
    registered = _registered(node)
    for method in methods.values():
        for each in ast.walk(method):
            attribute = _list_with_layer(program, each)
            if attribute and attribute not in registered:
                yield "layer_in_list", each, {"attribute": attribute}
    if "forward" in methods:
        for call in calls_in(methods["forward"].body):
            if is_layer(program, call):
                yield "layer_in_forward", call, {"layer": ast.unparse(call.func)}
        yield from _without_gradient(methods["forward"])


def _without_gradient(forward: Function) -> Iterator[tuple[str, ast.AST, dict[str, str]]]:
    for each in ast.walk(forward):
        if isinstance(each, ast.With):
            for item in each.items:
                name = last_name(item.context_expr.func) if isinstance(item.context_expr, ast.Call) else ""
                if name in ("no_grad", "inference_mode"):
                    yield "no_grad_in_forward", each, {"name": name}


def _list_with_layer(program: Program, node: ast.AST) -> str | None:
    """The attribute of `self` whose plain list or dict gets a layer here."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.ListComp | ast.Tuple | ast.Dict):
        holds = any(is_layer(program, call) for call in calls_in([node.value]))
        return next((name for target in node.targets if holds and (name := _own_attribute(target))), None)
    if isinstance(node, ast.Call) and last_name(node.func) == "append" and isinstance(node.func, ast.Attribute):
        return _own_attribute(node.func.value) if any(is_layer(program, call) for call in calls_in(node.args)) else None
    return None


def _own_attribute(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return None


def _registered(node: ast.ClassDef) -> set[str]:
    """Attributes that are containers themselves, or are handed to one."""
    found = set()
    for each in ast.walk(node):
        if (
            isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Call)
            and last_name(each.value.func) in _CONTAINERS
        ):
            found |= {name for target in each.targets if (name := _own_attribute(target))}
        if isinstance(each, ast.Call) and last_name(each.func) in _CONTAINERS:
            for argument in each.args:
                inner = argument.value if isinstance(argument, ast.Starred) else argument
                found |= {name for name in [_own_attribute(inner)] if name}
    return found
