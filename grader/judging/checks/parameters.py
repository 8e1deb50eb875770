"""`parameters`: the network holds as many trainable parameters as the reference, and no weights beside them.

Full points for the exact total; otherwise half a share for each layer whose own count is right. Numbers that work as
weights and are not trained (a plain tensor, a buffer, a literal) are named with their sizes. A few of them, and any that
only shift or scale the data, cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.judging.case import Case, place, skipped_because
from grader.judging.checks.kind import CheckKind, Judgement, skipped
from grader.judging.checks.settings import CheckSettings
from grader.judging.fixed_numbers import FixedTensor, fixed_tensors, literals
from grader.judging.found_layers import found_layers
from grader.messages import message
from grader.verdict import Finding

FEW_NUMBERS = (
    64  # a filter of 8×8, a Sobel pair or a blur are no layer; Source: the smallest layer of the course has 330
)
FEW_LITERALS = 16  # mean and deviation of a handful of columns
MAX_NAMES = 6


class ParametersSettings(CheckSettings):
    """Settings of `parameters`."""


def judge(case: Case, settings: ParametersSettings, key: str) -> Judgement:
    """Count from the graph's tensors where there is a graph, else from what the model says of itself."""
    if (reason := skipped_because(case, runs=False)) is not None:
        return skipped(reason)
    assert case.expected.network is not None
    counts = parameter_counts(case)
    expected = {name: layer.parameter_count for name, layer in case.expected.network.layers.items()}
    total, wanted = sum(counts.values()), case.expected.network.parameter_count
    fixed = fixed_tensors(case)
    findings = [*_hidden(fixed, short=total < wanted), *_literals(case, short=total < wanted), *_non_finite(case)]
    details: dict[str, object] = {"total": total, "expected": wanted, "layers": dict(counts)}
    details["fixed"] = {item.spec.key: item.spec.count for item in fixed}
    claimed = case.evidence.graphs is None
    if total == wanted and not findings:
        return Judgement(1.0, [], claimed=claimed, details=details)
    if total != wanted:
        findings.insert(0, Finding(message("judging.parameter_total", found=f"{total:,}", expected=f"{wanted:,}")))
        findings[1:1] = _by_layer(case, counts, expected)
    right = _right_layers(counts, expected, case.expected.names_fixed)
    share = 0.5 * right / max(sum(count > 0 for count in expected.values()), 1)
    return Judgement(share, findings, claimed=claimed, details=details)


def parameter_counts(case: Case) -> dict[str, int]:
    """Number of trainable parameters by module path. Tied weights count once."""
    counts: dict[str, int] = {}
    if case.evidence.graphs is not None:
        for key, spec in case.evidence.specs.items():
            if spec.kind == "parameter" and spec.trainable:
                path = key.rpartition(".")[0]
                counts[path] = counts.get(path, 0) + spec.count
        return counts
    for item in case.structure["modules"]:
        total = sum(_product(parameter["shape"]) for parameter in item["parameters"] if parameter["trainable"])
        if total:
            counts[item["path"]] = total
    return counts


def _product(shape: list[int]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def _right_layers(counts: dict[str, int], expected: dict[str, int], by_name: bool) -> int:
    wanted = {name: count for name, count in expected.items() if count}
    if by_name:
        return sum(counts.get(name) == count for name, count in wanted.items())
    return sum(have == want for have, want in zip(counts.values(), wanted.values(), strict=False))


def _by_layer(case: Case, counts: dict[str, int], expected: dict[str, int]) -> Iterator[Finding]:
    if not case.expected.names_fixed:
        return
    found = found_layers(case)
    for name, count in expected.items():
        if count and name in counts and counts[name] != count:
            location = found[name].location if name in found else None
            text = message("judging.parameter_layer", name=name, found=f"{counts[name]:,}", expected=f"{count:,}")
            yield Finding(text, location=location)


def _hidden(fixed: list[FixedTensor], *, short: bool) -> Iterator[Finding]:
    """Tensors that work as weights and that nobody trains. Where parameters are missing, the smallest may be one of them."""
    for part, text, hint in (("weights", "constants", "constants_hint"), ("frozen", "frozen", "frozen_hint")):
        found = [item for item in fixed if item.part == part]
        total = sum(item.spec.count for item in found)
        if total > (1 if short else FEW_NUMBERS):
            names = [item.name for item in found[:MAX_NAMES]] + ["…"] * (len(found) > MAX_NAMES)
            what = message(f"judging.{text}", count=f"{total:,}", names=names)
            yield Finding(what, message(f"judging.{hint}"), found[0].location)


def _literals(case: Case, *, short: bool) -> Iterator[Finding]:
    count, location = literals(case)
    if count > (FEW_LITERALS if short else FEW_NUMBERS):
        yield Finding(message("judging.literals", count=count), message("judging.constants_hint"), location)


def _non_finite(case: Case) -> Iterator[Finding]:
    names = case.structure["non_finite"]
    if names:
        location = place(case.structure.get("non_finite_location"))
        yield Finding(message("judging.non_finite", name=list(names[:4])), message("judging.non_finite_hint"), location)


KIND = CheckKind("parameters", ParametersSettings, ("load", "capture"), ("source",), judge)
