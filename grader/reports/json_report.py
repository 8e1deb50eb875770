"""A report as JSON. The format is written down in docs/report-json.md and in `json_schema.SCHEMA`.

NaN and infinities are the strings ``"nan"``, ``"inf"`` and ``"-inf"``: JSON has no such numbers and null means something
else. Points that do not exist yet (of an ungraded check) are null, never 0. Every character outside printable text is
written as ``\\uXXXX``, and so is what a build server's log would obey, so the file can be shown anywhere as it is.
"""

from __future__ import annotations

import enum
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from grader.messages import Language, Message
from grader.reports.neutral import FORMAT_ERRORS, visible
from grader.reports.report import Report
from grader.verdict import Curve, Finding, Outcome, Verdict

FORMAT = "grader-report"
VERSION = 1


def to_json(report: Report, language: Language = "en") -> str:
    """The report as JSON text, its messages also rendered in `language`."""
    text = json.dumps(_report(report, language), indent=2, ensure_ascii=False, allow_nan=False)
    text = re.sub(r"[^\n\x20-\x7e]+", lambda found: _inert(found[0]), text)
    return text.replace("##", "#\\u0023") + "\n"  # a build server's mark; outside strings JSON has none


def _inert(text: str) -> str:
    return "".join(char if char.isprintable() else _escaped(char) for char in visible(text, _escaped))


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def _report(report: Report, language: Language) -> dict[str, Any]:
    complete = report.outcome is not Outcome.UNGRADED
    return {
        "format": FORMAT,
        "version": VERSION,
        "language": language,
        "exercise": report.exercise,
        "title": dict(report.title),
        "submission": report.submission,
        "outcome": report.outcome.value,
        "exit_code": report.exit_code,
        "interrupted": report.interrupted,
        "points": _number(report.points) if complete else None,
        "points_so_far": _number(report.points),
        "ungraded_points": _number(report.ungraded_points),
        "max_points": _number(report.max_points),
        "verdicts": [_verdict(verdict, language) for verdict in report.verdicts],
        "findings": [_finding(finding, language) for finding in report.findings],
        "flags": [_finding(finding, language) for finding in report.flags],
        "outputs": [dict(output) for output in report.outputs],
        "provenance": _provenance(report, language),
    }


def _verdict(verdict: Verdict, language: Language) -> dict[str, Any]:
    return {
        "check": verdict.check,
        "outcome": verdict.outcome.value,
        "points": None if verdict.outcome is Outcome.UNGRADED else _number(verdict.points),
        "max_points": _number(verdict.max_points),
        "claimed": verdict.claimed,
        "provisional": verdict.provisional,
        "seconds": _number(verdict.wall_seconds),
        "findings": [_finding(finding, language) for finding in verdict.findings],
        "shapes": [vars(row) for row in verdict.shapes],
        "curve": None if verdict.curve is None else _curve(verdict.curve),
        "details": _value(verdict.details, language),
    }


def _finding(finding: Finding, language: Language) -> dict[str, Any]:
    place = finding.location
    return {
        "severity": finding.severity,
        **_message(finding.message, language),
        "hint": None if finding.hint is None else _message(finding.hint, language),
        "file": place.file if place else None,
        "line": place.line if place else None,
        "cell": place.cell if place else None,
    }


def _message(message: Message, language: Language) -> dict[str, Any]:
    try:
        text = message.render(language)
    except FORMAT_ERRORS:
        text = message.id
    return {"message": message.id, "args": _value(message.args, language), "text": text}


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "metric": curve.metric,
        "threshold": _number(curve.threshold),
        "higher_is_better": curve.higher_is_better,
        "losses": [[step, _number(value)] for step, value in curve.losses],
        "scores": [[step, _number(value)] for step, value in curve.scores],
    }


def _provenance(report: Report, language: Language) -> dict[str, Any]:
    origin = report.provenance
    isolation = origin.isolation
    return {
        "grader": origin.grader,
        "python": origin.python,
        "torch": origin.torch,
        "numpy": origin.numpy,
        "device": origin.device,
        "threads": origin.threads,
        "seeds": list(origin.seeds),
        "probe_seed": origin.probe_seed,
        "data": None if origin.data is None else vars(origin.data),
        "isolation": None
        if isolation is None
        else {"level": isolation.level, "missing": [_message(layer, language) for layer in isolation.missing]},
        "fingerprint": origin.fingerprint,
        "rubric_digest": origin.rubric_digest,
        "started": origin.started,
        "wall_seconds": _number(origin.wall_seconds),
        "ran": list(origin.ran),
        "left": list(origin.left),
        "claimed_checks": list(report.claimed),
        "provisional_checks": list(report.provisional),
        "replay_command": origin.replay,
    }


def _number(value: float) -> float | str:
    """A number, or the name of one that JSON has not."""
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")


def _value(value: Any, language: Language) -> Any:
    """Any argument or detail as JSON; what has no form there becomes its `str`."""
    if isinstance(value, enum.Enum):
        return _value(value.value, language)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Message):
        return _message(value, language)
    if isinstance(value, Mapping):
        return {str(key): _value(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(item, language) for item in value]
    return _value(value.tolist(), language) if hasattr(value, "tolist") else str(value)  # NumPy's scalars and arrays
