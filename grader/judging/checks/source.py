"""`source`: the answer can be read and run, defines what was asked for, and builds a network.

Every rubric has this check; where it is not written it is worth no points and still says why the others were skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from grader.judging.case import Case, Fault, decode_findings, place
from grader.judging.checks.kind import CheckKind, Judgement
from grader.judging.checks.settings import CheckSettings
from grader.messages import Message, message
from grader.verdict import Finding, Outcome

_OUT_OF_TIME = ("source.cell_timeout", "source.notebook_timeout")


class SourceSettings(CheckSettings):
    """Settings of `source`."""

    points: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="Points for passing this check in full.")
    forbidden: tuple[str, ...] = Field(
        default=(), description="Names the answer must not use, e.g. `nn.Sequential` or `torch.load`."
    )


def judge(case: Case, settings: SourceSettings, key: str) -> Judgement:
    """All or nothing: an answer that cannot be loaded or built has no layers to look at."""
    for stage in ("load", "capture"):
        if (fault := case.evidence.faults.get(stage)) is not None:
            return _faulted(fault, case)
    if case.evidence.load.get("untouched"):
        return Judgement(0.0, [Finding(message("judging.untouched", name=case.expected.target))])
    errors = list(_problems(case))
    if errors:
        return Judgement(0.0, [*errors, *case.findings("lints")], _outcome(case))
    forbidden = list(_forbidden(case, settings))
    findings = [*forbidden, *(_softened(finding) for finding in case.findings("lints")), *case.findings("warnings")]
    return Judgement(0.0 if forbidden else 1.0, findings, claimed=True)


def _faulted(fault: Fault, case: Case) -> Judgement:
    return Judgement(0.0, [Finding(fault.message, location=fault.location), *case.findings("lints")], fault.outcome)


def _outcome(case: Case) -> Outcome:
    if any(error.message.id in _OUT_OF_TIME for error in case.findings("error")):
        return Outcome.TIMEOUT
    ran_wrong = case.evidence.load.get("error") or "build_error" in (case.evidence.capture or {})
    return Outcome.ERROR if ran_wrong else Outcome.FAILED


def _problems(case: Case) -> Iterator[Finding]:
    load, capture = case.evidence.load, case.evidence.capture or {}
    yield from case.findings("problem")
    if load.get("missing"):
        yield _missing(case, load)
    elif load.get("error"):
        yield from case.findings("error")
    elif load.get("defined") is False:
        yield Finding(message("judging.not_bound", name=case.expected.target))
    elif load.get("kind") not in (None, "module", "module class", "function"):
        hint = message("judging.derive_module_hint")
        yield Finding(message("judging.not_a_module", name=case.expected.target), hint)
    elif "build_error" in capture:
        yield build_failed(case, capture["build_error"])
    elif "not_a_module" in capture:
        yield Finding(message("judging.built_no_module", name=case.expected.target, found=str(capture["not_a_module"])))


def _missing(case: Case, load: Mapping[str, Any]) -> Finding:
    name = case.expected.target
    nested = load.get("nested", {}).get(name)
    if nested:
        inside, location = nested
        return Finding(message("judging.nested", name=name, inside=inside), location=place(location))
    near = load.get("suggestions", {}).get(name)
    hint = (
        message("judging.rename_hint", found=near[0], name=name) if near else message("judging.define_hint", name=name)
    )
    location = place(load.get("places", {}).get(near[0])) if near else None
    return Finding(message("judging.missing", name=name), hint, location)


def build_failed(case: Case, error: Mapping[str, Any]) -> Finding:
    """Why the constructor raised."""
    return Finding(
        message("judging.build_failed", name=case.expected.target, type=error["type"], text=error["message"]),
        hint_for(error),
        place(error.get("location")),
    )


def hint_for(error: Mapping[str, Any]) -> Message | None:
    """What to do about an exception, as the student child's catalogue of known causes has it."""
    return next((finding.hint for finding in decode_findings(error.get("finding"))), None)


def _forbidden(case: Case, settings: SourceSettings) -> Iterator[Finding]:
    names: Mapping[str, Any] = case.evidence.load.get("names", {})
    for name in settings.forbidden:
        location = next((spot for found, spot in names.items() if found == name or found.endswith("." + name)), None)
        if location is not None:
            yield Finding(message("judging.forbidden", name=name), location=place(location))


def _softened(finding: Finding) -> Finding:
    """A lint of an answer that loads and builds is advice; the checks on the network decide."""
    severity = "warning" if finding.severity == "error" else finding.severity
    return Finding(finding.message, finding.hint, finding.location, severity)


KIND = CheckKind("source", SourceSettings, ("load", "capture"), (), judge)
