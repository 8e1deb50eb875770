"""Pydantic's errors in our own words, at the place in the file where a person has to look."""

from __future__ import annotations

import difflib
import json
import re
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.messages import Message
from grader.rubric.nested import Fault, Misfit, Misfits
from grader.rubric.problems import Path

# What pydantic expected, by its error type, as the message that names it for a person.
_EXPECTED = {
    "bool_type": "a_bool",
    "dict_type": "a_mapping",
    "float_type": "a_number",
    "int_from_float": "a_whole_number",
    "int_type": "a_whole_number",
    "list_type": "a_list",
    "model_type": "a_mapping",
    "string_type": "a_text",
    "tuple_type": "a_list",
}
_BOUNDS = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}


def faults_of(error: ValidationError, raw: Any, model: type[BaseModel]) -> list[Fault]:
    """The mistakes that `error` reports about `raw`, the values that were validated as `model`."""
    found = [fault for details in error.errors(include_url=False) for fault in _faults(details, raw, model)]
    groups: dict[Path, list[Fault]] = {}
    for fault in found:
        # A union's other branches complain about the whole value when the fitting branch complains about a part of it.
        if not (_is_wrong_type(fault) and any(_below(other.path, fault.path) for other in found)):
            groups.setdefault(fault.path, []).append(fault)
    return [fault for group in groups.values() for fault in _merged(group)]


def unknown_key(key: str, allowed: Iterable[str]) -> Message:
    """That `key` is not known here, with the nearest of the `allowed` ones, or with all of them."""
    names = list(allowed)
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    if near:
        return Message("rubric.unknown_key_near", {"key": key, "near": near[0]})
    return Message("rubric.unknown_key", {"key": key, "allowed": names})


def _faults(details: ErrorDetails, raw: Any, model: type[BaseModel]) -> list[Fault]:
    path = _written(details["loc"], raw)
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, Misfits):
        return [Fault((*path, *fault.path), fault.message, fault.at_key) for fault in cause.faults]
    if isinstance(cause, Misfit):
        return [Fault(path, cause.message)]
    if details["type"] == "extra_forbidden":
        return [Fault(path, unknown_key(str(path[-1]), _keys_at(model, path[:-1])), at_key=True)]
    if details["type"] == "missing":
        return [Fault(path, Message("rubric.missing", {"key": str(details["loc"][-1])}), at_key=True)]
    return [Fault(path, _message(details))]


def _message(details: ErrorDetails) -> Message:
    kind, context, value = details["type"], details.get("ctx", {}), shown(details["input"])
    if kind in _EXPECTED:
        return Message("rubric.wrong_type", {"value": value, "expected": [Message(f"rubric.{_EXPECTED[kind]}")]})
    if kind in ("literal_error", "enum"):
        return Message("rubric.not_one_of", {"value": value, "allowed": _quoted(context["expected"])})
    if kind == "union_tag_invalid":
        value, allowed = shown(context["tag"]), _quoted(context["expected_tags"])
        return Message("rubric.not_one_of", {"value": value, "allowed": allowed})
    if kind in _BOUNDS:
        bound = next(context[name] for name in ("gt", "ge", "lt", "le") if name in context)
        return Message("rubric.out_of_bounds", {"value": value, "bound": f"{_BOUNDS[kind]} {bound:g}"})
    if kind == "finite_number":
        return Message("rubric.not_finite", {"value": value})
    if kind in ("string_too_short", "too_short") and context["min_length"] == 1:
        return Message("rubric.empty")
    reason = str(context.get("error", details["msg"])).rstrip(
        "."
    )  # a plain ValueError of a validator speaks for itself
    return Message("rubric.other", {"value": value, "reason": reason})


def _quoted(names: str) -> list[str]:
    """The names in pydantic's enumeration, which joins the last two with an English "or"."""
    return [f"`{name}`" for name in re.findall(r"'([^']*)'", names)]


def _merged(group: list[Fault]) -> list[Fault]:
    """One mistake for the several that the branches of a union report about the same value."""
    exact = [fault for fault in group if not _is_wrong_type(fault)]
    if exact or len(group) < 2:  # one branch took the value's type and found something more exact to say
        return exact or group
    expected = {name.id: name for fault in group for name in fault.message.args["expected"]}
    message = Message(
        "rubric.wrong_type", {**group[0].message.args, "expected": _alternatives(list(expected.values()))}
    )
    return [Fault(group[0].path, message)]


def _alternatives(names: list[Message]) -> list[Message]:
    return names if len(names) < 2 else [*names[:-2], Message("rubric.either", {"a": names[-2], "b": names[-1]})]


def _is_wrong_type(fault: Fault) -> bool:
    return fault.message.id == "rubric.wrong_type"


def _written(loc: Sequence[str | int], raw: Any) -> Path:
    """`loc` without the union tags that pydantic puts between the keys: only what leads through `raw` is kept."""
    path: list[str | int] = []
    for part in loc:
        steps = isinstance(raw, dict) if isinstance(part, str) else isinstance(raw, list) and part < len(raw)
        if steps and (isinstance(part, int) or part in raw):
            path.append(part)
            raw = raw[part]
    return tuple(path)


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand below `path`, in the order of the models' fields."""
    candidates = [model]
    for part in path:
        fields = [field for candidate in candidates for field in _fields(candidate).items()]
        found = [annotation for name, annotation in fields if name == part]
        if found:
            candidates = [inner for annotation in found for inner in _models_in(annotation)]
    return list(dict.fromkeys(name for candidate in candidates for name in _fields(candidate)))


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in typing.get_args(annotation) for model in _models_in(argument)]


def _below(path: Path, other: Path) -> bool:
    return len(path) > len(other) and path[: len(other)] == other


def shown(value: Any) -> str:
    """`value` as an author may have written it, cut to fit a line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
