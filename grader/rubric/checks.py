"""The `checks` of a rubric: each a check kind with its points and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from grader.judging.checks.settings import CheckSettings
from grader.messages import Message
from grader.rubric.faults import faults_of, shown, unknown_key
from grader.rubric.nested import Fault, Misfits
from grader.rubric.problems import Path
from grader.rubric.vocabulary import CheckKind


@dataclass(frozen=True)
class Check:
    """One check of a rubric. `name` is its key there, unique in the rubric; `kind` says what it does."""

    name: str
    kind: str
    settings: CheckSettings

    @property
    def points(self) -> float:
        """Points for passing in full."""
        return self.settings.points


def read_checks(entries: Any, kinds: Mapping[str, CheckKind]) -> tuple[Check, ...]:
    """The checks that `entries` describes, in their order.

    Raises:
        Misfits: every mistake in every check.
    """
    if not isinstance(entries, dict):
        expected = [Message("rubric.a_mapping")]
        raise Misfits([Fault((), Message("rubric.wrong_type", {"value": shown(entries), "expected": expected}))])
    if not entries:
        raise Misfits([Fault((), Message("rubric.empty"))])
    checks, faults = [], []
    for name, entry in entries.items():
        try:
            checks.append(_read_check(name, entry, kinds))
        except Misfits as misfits:
            faults += [Fault((name, *fault.path), fault.message, fault.at_key) for fault in misfits.faults]
    if faults:
        raise Misfits(faults)
    return tuple(checks)


def _read_check(name: str, entry: Any, kinds: Mapping[str, CheckKind]) -> Check:
    if isinstance(entry, int | float) and not isinstance(entry, bool):
        return _read_points(name, entry, kinds)
    if not isinstance(entry, dict):
        expected = [Message("rubric.either", {"a": Message("rubric.a_number"), "b": Message("rubric.a_mapping")})]
        raise Misfits([Fault((), Message("rubric.wrong_type", {"value": shown(entry), "expected": expected}))])
    kind = _kind(name, entry, kinds)
    raw = {key: value for key, value in entry.items() if key != "kind"}
    settings = kinds[kind].Settings
    try:
        # Through JSON, because there pydantic's strict mode still takes a list for a tuple and a text for an enum.
        return Check(name, kind, settings.model_validate_json(json.dumps(raw), strict=True))
    except ValidationError as error:
        raise Misfits(faults_of(error, raw, settings)) from error


def _read_points(name: str, points: float, kinds: Mapping[str, CheckKind]) -> Check:
    """A check of which only the points are written: then that number is the place of every mistake."""
    try:
        return _read_check(name, {"points": points}, kinds)
    except Misfits as misfits:
        raise Misfits([Fault((), fault.message, fault.at_key) for fault in misfits.faults]) from misfits


def _kind(name: str, entry: dict[str, Any], kinds: Mapping[str, CheckKind]) -> str:
    written: Path = ("kind",) if "kind" in entry else ()
    kind = entry.get("kind", name)
    if isinstance(kind, str) and kind in kinds:
        return kind
    if isinstance(kind, str) and written:
        raise Misfits([Fault(written, unknown_key(kind, kinds))])
    if written:
        allowed = ", ".join(f"`{known}`" for known in kinds)
        raise Misfits([Fault(written, Message("rubric.not_one_of", {"value": shown(kind), "allowed": allowed}))])
    known = unknown_key(name, kinds)
    raise Misfits([Fault((), Message("rubric.unknown_check", {"known": known}), at_key=True)])
