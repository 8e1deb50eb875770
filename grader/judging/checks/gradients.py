"""`gradients`: the loss reaches every trainable parameter. One share for each."""

from __future__ import annotations

import math

from grader.judging.case import Case, skipped_because
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.judging.found_layers import found_layers
from grader.messages import message
from grader.verdict import Finding, Location


class GradientsSettings(CheckSettings):
    """Settings of `gradients`."""


def judge(case: Case, settings: GradientsSettings, key: str) -> Judgement:
    """Name the parameters without a gradient, and the layer they belong to."""
    if (reason := skipped_because(case, runs=True)) is not None:
        return skipped(reason)
    if (fault := case.evidence.faults.get("gradients")) is not None:
        return Judgement(0.0, [Finding(fault.message, location=fault.location)], fault.outcome)
    norms = case.evidence.gradients
    if norms is None:
        return skipped(Finding(message("judging.needs_shapes"), severity="note"))
    unreached = [key for key, norm in norms.items() if norm is None or norm == 0 or math.isnan(norm)]
    layers = found_layers(case)
    findings = [Finding(message("judging.detached"), location=cut) for cut in _cuts(case)] if unreached else []
    for path in dict.fromkeys(key.rpartition(".")[0] or key for key in unreached):
        location = layers[path].location if path in layers else None
        findings.append(
            Finding(message("judging.no_gradient", name=path), message("judging.no_gradient_hint"), location)
        )
    share = 1 - len(unreached) / len(norms) if norms else 0.0
    findings = findings or ([] if norms else [Finding(message("judging.no_parameters"))])
    return Judgement(share, findings, claimed=case.evidence.graphs is None)


def _cuts(case: Case) -> list[Location]:
    """Where the computation is cut off from its gradient: a detach, or what kept the network from having a graph."""
    cuts = [step.location for step in case.steps if step.kind in ("detach", "detach_")]
    return [location for location in (*cuts, case.evidence.refused_at) if location is not None]


KIND = CheckKind(
    "gradients", GradientsSettings, ("load", "capture", "shapes", "gradients"), ("source", "shapes"), judge
)
