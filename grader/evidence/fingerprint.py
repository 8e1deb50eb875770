"""A name for a network's computation: equal networks have equal fingerprints, whatever their layers are called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from grader.evidence.graph import Graph, Ref, TensorSpec, Value, live, node_references, references, value_to_json


def fingerprint(graphs: Mapping[str, Graph], specs: Mapping[str, TensorSpec], *context: Any) -> str:
    """SHA-256 (hex) over both graphs with canonical names, the shapes of their tensors, and `context` (JSON-able).

    `context` holds whatever else decides a result: recipe, data, initial state, versions, device, threads.
    """
    parts = {mode: _canonical(graph, specs) for mode, graph in sorted(graphs.items())}
    text = json.dumps([parts, list(context)], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(graph: Graph, specs: Mapping[str, TensorSpec]) -> Any:
    graph = live(graph)
    names = {graph.input: "input"}
    tensors: list[list[Any]] = []
    for node in graph.nodes:
        for name in node_references(node):
            if name not in names:  # a tensor, by order of first use
                names[name] = f"t{len(tensors)}"
                spec = specs[graph.placeholders[name]]
                tensors.append([spec.kind, list(spec.shape), spec.dtype, spec.trainable])
        names[node.name] = f"n{len(names)}"
    for name in references(graph.output):
        names.setdefault(name, "t-output")
    nodes = [
        [names[node.name], node.operator, _renamed(node.args, names), _renamed(sorted(node.kwargs.items()), names)]
        for node in graph.nodes
    ]
    return [tensors, nodes, _renamed(graph.output, names)]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Ref):
        return {"$ref": names[value.name]}
    if isinstance(value, list | tuple):
        return [_renamed(item, names) for item in value]
    plain: Value = value
    return value_to_json(plain)
