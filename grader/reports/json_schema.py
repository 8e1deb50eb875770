"""The JSON Schema of a report (`to_json`), version 1. Described for people in docs/report-json.md."""

from __future__ import annotations

from typing import Any

from grader.reports.json_report import FORMAT, VERSION
from grader.verdict import Outcome

Schema = dict[str, Any]


def _object(properties: Schema, **more: Any) -> Schema:
    """An object that has exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]}
STEPS: Schema = _array({"type": "array", "prefixItems": [COUNT, NUMBER], "minItems": 2, "maxItems": 2})
OUTCOME: Schema = {"enum": [outcome.value for outcome in Outcome]}
MESSAGE_PROPERTIES: Schema = {"message": TEXT, "args": {"type": "object"}, "text": TEXT}
MESSAGE = _object(MESSAGE_PROPERTIES)
FINDING = _object(
    {
        "severity": {"enum": ["error", "warning", "note"]},
        **MESSAGE_PROPERTIES,
        "hint": _or_null(MESSAGE),
        "file": _or_null(TEXT),
        "line": _or_null(COUNT),
        "cell": _or_null(COUNT),
    }
)
SHAPE = _object({"name": TEXT, "operation": TEXT, "found": _or_null(TEXT), "expected": _or_null(TEXT), "ok": FLAG})
CURVE = _object({"metric": TEXT, "threshold": NUMBER, "higher_is_better": FLAG, "losses": STEPS, "scores": STEPS})
VERDICT = _object(
    {
        "check": TEXT,
        "outcome": OUTCOME,
        "points": _or_null(NUMBER),
        "max_points": NUMBER,
        "claimed": FLAG,
        "provisional": FLAG,
        "seconds": NUMBER,
        "findings": _array(FINDING),
        "shapes": _array(SHAPE),
        "curve": _or_null(CURVE),
        "details": {"type": "object"},
    }
)
PROVENANCE = _object(
    {
        "grader": TEXT,
        "python": TEXT,
        "torch": TEXT,
        "numpy": TEXT,
        "device": TEXT,
        "threads": COUNT,
        "seeds": _array({"type": "integer"}),
        "probe_seed": _or_null(COUNT),
        "data": _or_null(_object({"name": TEXT, "variant": TEXT, "origin": TEXT, "digest": TEXT})),
        "isolation": _or_null(_object({"level": TEXT, "missing": _array(MESSAGE)})),
        "fingerprint": TEXT,
        "rubric_digest": TEXT,
        "started": TEXT,
        "wall_seconds": NUMBER,
        "ran": _array(TEXT),
        "left": _array(TEXT),
        "claimed_checks": _array(TEXT),
        "provisional_checks": _array(TEXT),
        "replay_command": TEXT,
    }
)
SCHEMA = _object(
    {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "language": {"enum": ["en", "ko"]},
        "exercise": TEXT,
        "title": {"type": "object", "additionalProperties": TEXT},
        "submission": TEXT,
        "outcome": OUTCOME,
        "exit_code": {"enum": [0, 1, 3]},
        "interrupted": FLAG,
        "points": _or_null(NUMBER),
        "points_so_far": NUMBER,
        "ungraded_points": NUMBER,
        "max_points": NUMBER,
        "verdicts": _array(VERDICT),
        "findings": _array(FINDING),
        "flags": _array(FINDING),
        "outputs": _array(
            _object({"cell": COUNT, "type": {"enum": ["text", "html", "svg", "png", "jpeg"]}, "data": TEXT})
        ),
        "provenance": PROVENANCE,
    },
    **{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "grader report"},
)
