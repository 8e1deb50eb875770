"""A stored JSON report read back. Same evidence, same report: what `to_json` wrote comes back equal."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from grader.messages import Message
from grader.reports.json_report import FORMAT, VERSION
from grader.reports.report import DataRecord, IsolationRecord, Provenance, Report
from grader.verdict import Curve, Finding, Location, Outcome, ShapeRow, Verdict

NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def from_json(text: str) -> Report:
    """The report in `text`. Raises ValueError for text that is not a report of this version."""
    try:
        value = json.loads(text)
        if value["format"] != FORMAT or value["version"] != VERSION:
            raise ValueError(f"a report of version {value['version']}, not {VERSION}")
        return _read_report(value)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a grader report: {error!r}") from None


def _read_report(value: Mapping[str, Any]) -> Report:
    return Report(
        exercise=value["exercise"],
        title=value["title"],
        submission=value["submission"],
        verdicts=tuple(_read_verdict(item) for item in value["verdicts"]),
        provenance=_read_provenance(value["provenance"]),
        findings=tuple(_read_finding(item) for item in value["findings"]),
        interrupted=value["interrupted"],
        flags=tuple(_read_finding(item) for item in value["flags"]),
        outputs=tuple(value["outputs"]),
    )


def _read_verdict(value: Mapping[str, Any]) -> Verdict:
    return Verdict(
        check=value["check"],
        outcome=Outcome(value["outcome"]),
        points=0.0 if value["points"] is None else _read_number(value["points"]),
        max_points=_read_number(value["max_points"]),
        findings=tuple(_read_finding(item) for item in value["findings"]),
        claimed=value["claimed"],
        provisional=value["provisional"],
        shapes=tuple(ShapeRow(**row) for row in value["shapes"]),
        curve=None if value["curve"] is None else _read_curve(value["curve"]),
        wall_seconds=_read_number(value["seconds"]),
        details=_read_value(value["details"]),
    )


def _read_finding(value: Mapping[str, Any]) -> Finding:
    place = None if value["file"] is None else Location(value["file"], value["line"], value["cell"])
    hint = None if value["hint"] is None else _read_message(value["hint"])
    return Finding(_read_message(value), hint, place, value["severity"])


def _read_message(value: Mapping[str, Any]) -> Message:
    return Message(value["message"], _read_value(value["args"]))


def _read_curve(value: Mapping[str, Any]) -> Curve:
    return Curve(
        metric=value["metric"],
        threshold=_read_number(value["threshold"]),
        losses=_read_points(value["losses"]),
        scores=_read_points(value["scores"]),
        higher_is_better=value["higher_is_better"],
    )


def _read_points(pairs: Iterable[tuple[int, float | str]]) -> tuple[tuple[int, float], ...]:
    return tuple((step, _read_number(value)) for step, value in pairs)


def _read_provenance(value: Mapping[str, Any]) -> Provenance:
    isolation = value["isolation"]
    taken = ("grader", "python", "torch", "numpy", "device", "threads", "fingerprint", "rubric_digest", "started")
    return Provenance(
        **{name: value[name] for name in taken},
        seeds=tuple(value["seeds"]),
        data=None if value["data"] is None else DataRecord(**value["data"]),
        isolation=None
        if isolation is None
        else IsolationRecord(isolation["level"], tuple(_read_message(layer) for layer in isolation["missing"])),
        wall_seconds=_read_number(value["wall_seconds"]),
        ran=tuple(value["ran"]),
        left=tuple(value["left"]),
        replay=value["replay_command"],
        probe_seed=value["probe_seed"],
    )


def _read_number(value: float | str) -> float:
    return NOT_FINITE[value] if isinstance(value, str) else value


def _read_value(value: Any) -> Any:
    """An argument or detail; one of the three names is read as the number it stands for."""
    if isinstance(value, str):
        return NOT_FINITE.get(value, value)
    if isinstance(value, list):
        return [_read_value(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"message", "args", "text"}:
            return _read_message(value)
        return {key: _read_value(item) for key, item in value.items()}
    return value
