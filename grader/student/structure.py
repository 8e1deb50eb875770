"""What a model says it is made of: module paths, classes, constructor attributes, parameters. A claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from grader.evidence.graph import location_to_json
from grader.student.watch import Births
from grader.verdict import Location

MAX_MODULES = 2_000

# Attributes of torch.nn modules that say how they were constructed.
_ATTRIBUTES = (
    "in_channels out_channels kernel_size stride padding dilation groups padding_mode output_padding in_features "
    "out_features input_size hidden_size num_layers nonlinearity batch_first bidirectional dropout p num_features eps "
    "momentum affine track_running_stats normalized_shape num_embeddings embedding_dim dim inplace ceil_mode "
    "negative_slope alpha start_dim end_dim output_size num_heads embed_dim approximate"
).split()


def kind_of(value: Any) -> str:
    """What the target is: ``module``, ``module class``, ``class``, ``function``, or its type's name."""
    if isinstance(value, nn.Module):
        return "module"
    if isinstance(value, type):
        return "module class" if issubclass(value, nn.Module) else "class"
    return "function" if callable(value) else type(value).__name__


def describe(model: nn.Module, births: Births, spoiled_at: Location | None) -> dict[str, Any]:
    """A JSON object: ``modules``, ``hidden``, ``non_finite`` (keys of the state) and where that came about."""
    modules = list(model.named_modules())[:MAX_MODULES]
    known = {id(item) for item in (*model.modules(), *model.parameters())}
    return {
        "modules": [_module(path, module, births) for path, module in modules],
        "hidden": [item for path, module in modules for item in _hidden(path, module, births, known)],
        "non_finite": [
            name for name, tensor in model.state_dict().items() if tensor.is_floating_point() and not _is_finite(tensor)
        ],
        "non_finite_location": location_to_json(spoiled_at),
    }


def _module(path: str, module: nn.Module, births: Births) -> dict[str, Any]:
    kind = type(module)
    return {
        "path": path,
        "class": kind.__name__,
        "module": kind.__module__,
        # From the instance itself: a property is the student's code.
        "attributes": {name: value for name in _ATTRIBUTES if _is_plain(value := vars(module).get(name))},
        "parameters": [
            {"name": name, "shape": list(parameter.shape), "trainable": parameter.requires_grad}
            for name, parameter in module.named_parameters(recurse=False)
        ],
        "location": location_to_json(births.places.get(id(module))),
    }


def _hidden(path: str, module: nn.Module, births: Births, known: set[int]) -> Iterator[dict[str, Any]]:
    """Modules and parameters that PyTorch does not see (`known` are those it does): they sit in a plain list, tuple or dict."""
    for attribute, value in vars(module).items():
        if attribute.startswith("_"):
            continue
        inside = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(inside, list | tuple):
            continue
        found = [item for item in inside if isinstance(item, nn.Module | nn.Parameter) and id(item) not in known]
        if found:
            first = found[0]
            yield {
                "path": path,
                "attribute": attribute,
                "container": type(value).__name__,
                "classes": [type(item).__name__ for item in found][:20],
                "parameters": sum(_count(item) for item in found),
                "location": location_to_json(births.places.get(id(first))),
            }


def _count(item: nn.Module | nn.Parameter) -> int:
    if isinstance(item, nn.Parameter):
        return item.numel()
    return sum(parameter.numel() for parameter in item.parameters())


def _is_finite(tensor: torch.Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())


def _is_plain(value: Any) -> bool:
    if isinstance(value, bool | int | float | str):
        return True
    return isinstance(value, list | tuple) and len(value) <= 8 and all(isinstance(item, int) for item in value)
