"""`gradients`: the loss reaches every trainable parameter. One share for each."""

from __future__ import annotations

import math

from grader.judging.case import Case, skipped_because
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.judging.found_layers import found_layers
from grader.messages import message
from grader.verdict import Finding


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
        return skipped(Finding(message("judging.forward_needs_graph"), severity="note"))
    unreached = [key for key, norm in norms.items() if norm is None or norm == 0 or math.isnan(norm)]
    layers = found_layers(case)
    findings = []
    for path in dict.fromkeys(key.rpartition(".")[0] for key in unreached):
        location = layers[path].location if path in layers else None
        findings.append(
            Finding(message("judging.no_gradient", name=path), message("judging.no_gradient_hint"), location)
        )
    share = 1 - len(unreached) / len(norms) if norms else 0.0
    return Judgement(share, findings or ([] if norms else [Finding(message("judging.no_parameters"))]))


KIND = CheckKind("gradients", GradientsSettings, ("load", "capture", "shapes", "gradients"), ("source", "shapes"), judge)
