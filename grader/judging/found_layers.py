"""The student's layers by name: fact where the graph speaks, the model's own claim elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.judging.case import Case, place
from grader.judging.layers import KINDS, Layer, make_layer
from grader.verdict import Location


@dataclass(frozen=True)
class FoundLayer:
    """One layer with parameters. `layer` is None when we have no word for its class (`kind`)."""

    path: str
    kind: str
    layer: Layer | None
    location: Location | None
    used: bool  # appears in the graph; without a graph nobody knows, and it counts as used
    claimed: bool  # known from the model's own description only


def found_layers(case: Case) -> dict[str, FoundLayer]:
    """Every layer that holds parameters, by module path; in order of first use, then those never used."""
    claims = {item["path"]: item for item in case.structure["modules"] if item["parameters"]}
    found: dict[str, FoundLayer] = {}
    for step in case.steps:
        if step.tensors and (path := step.path) not in found:
            claim = next((claims[name] for name in case.layer_names(step) if name in claims), None)
            location = place(claim["location"]) if claim else None
            found[path] = FoundLayer(path, step.kind, step.layer, location or step.location, True, False)
    known = {name for step in case.steps for name in case.layer_names(step)}
    for path, claim in claims.items():
        if path not in found and path not in known:
            used = case.evidence.graphs is None
            layer = _claimed_layer(claim)
            found[path] = FoundLayer(path, claim["class"], layer, place(claim["location"]), used, True)
    return found


def _claimed_layer(claim: Mapping[str, Any]) -> Layer | None:
    kind, attributes = claim["class"], claim["attributes"]
    if kind not in KINDS:
        return None
    names = {parameter["name"] for parameter in claim["parameters"]}
    given = {name: value for name, value in attributes.items() if name in KINDS[kind]}
    if "bias" in KINDS[kind]:
        given["bias"] = any(name.startswith("bias") for name in names)
    try:
        return make_layer(kind, given)
    except (ValueError, TypeError):  # a claim can say anything
        return None
