"""The rubric format as JSON Schema (2020-12), for editors."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from grader.judging.checks.settings import CheckSettings
from grader.rubric.models import Rubric
from grader.rubric.vocabulary import Vocabulary, default_vocabulary


def rubric_schema(vocabulary: Vocabulary | None = None) -> dict[str, Any]:
    """The schema of a rubric file, with every check kind's settings in it."""
    kinds = (vocabulary or default_vocabulary()).checks
    models = [(Rubric, "validation"), *((kind.Settings, "validation") for kind in kinds.values())]
    references, whole = models_json_schema(models, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    definitions: dict[str, Any] = whole["$defs"]
    for name, kind in kinds.items():
        settings = definitions[_definition(references[kind.Settings, "validation"])]
        definitions[f"check {name}"] = {
            **settings,
            "properties": {"kind": {"const": name, "description": "The kind of this check."}, **settings["properties"]},
        }
    rubric = definitions[_definition(references[Rubric, "validation"])]
    rubric["properties"]["checks"] |= _checks(definitions, list(kinds))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **rubric,
        "title": "Rubric",
        "description": "What an exercise asks for and how many points each part is worth.",
        "$defs": _reachable(rubric, definitions),
    }


def _checks(definitions: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    """A check named after its kind may be a bare number where points are all it needs; a name of its own needs `kind`."""
    points = CheckSettings.model_json_schema()["properties"]["points"]
    bare = {name for name in kinds if set(definitions[f"check {name}"].get("required", ())) <= {"points"}}
    return {
        "properties": {
            name: {"anyOf": [points, _reference(name)]} if name in bare else _reference(name) for name in kinds
        },
        "additionalProperties": {"anyOf": [{**_reference(name), "required": ["kind"]} for name in kinds]},
        "minProperties": 1,
    }


def _reference(kind: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/check%20{kind}"}


def _definition(reference: Any) -> str:
    return str(reference["$ref"]).removeprefix("#/$defs/")


def _reachable(schema: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The definitions that `schema` refers to, directly or through others."""
    found: dict[str, Any] = {}
    todo = [schema]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix("#/$defs/").replace("%20", " ")
            if name in definitions and name not in found:
                found[name] = definitions[name]
                todo.append(definitions[name])
            todo.extend(part.values())
        elif isinstance(part, list):
            todo.extend(part)
    return dict(sorted(found.items()))
