"""Which of the student's tensors stands for which of the reference's, for transplanting weights."""

from __future__ import annotations

from dataclasses import dataclass

from grader.judging.case import Case
from grader.judging.description import Step
from grader.judging.network import state_specs


@dataclass(frozen=True)
class Matching:
    """`keys` maps the reference's state keys to the student's; `unmatched` names the reference layers without a match."""

    keys: dict[str, str]
    unmatched: tuple[str, ...]


def match_tensors(case: Case) -> Matching:
    """Match layers by path where the exercise fixes names, else by order of first use; shapes must agree."""
    found = [step for step in case.steps if step.tensors]
    keys: dict[str, str] = {}
    unmatched: list[str] = []
    for step in case.reference_steps:
        if not step.tensors or step.path in {key.rpartition(".")[0] for key in keys}:
            continue
        candidate = _candidate(step, found, case.expected.names_fixed)
        pairs = _pairs(step, candidate, case) if candidate else None
        if pairs is None:
            unmatched.append(step.path)
            continue
        keys |= pairs
        found = [other for other in found if other is not candidate]
    return Matching(keys, tuple(unmatched))


def match_claimed_tensors(case: Case) -> Matching:
    """The same for a model without a graph, by the parameter names and shapes that it claims to have."""
    assert case.expected.network is not None
    claimed = {
        f"{item['path']}.{parameter['name']}": tuple(parameter["shape"])
        for item in case.structure["modules"]
        for parameter in item["parameters"]
    }
    specs = state_specs(case.expected.network)
    wrong = [key for key, spec in specs.items() if spec.kind == "parameter" and claimed.get(key) != spec.shape]
    layers = tuple(dict.fromkeys(key.rpartition(".")[0] for key in wrong))
    return Matching({} if wrong else {key: key for key in specs}, layers)


def _candidate(step: Step, found: list[Step], names_fixed: bool) -> Step | None:
    if names_fixed:
        return next((other for other in found if other.path == step.path), None)
    return found[0] if found else None


def _pairs(step: Step, candidate: Step, case: Case) -> dict[str, str] | None:
    """Keys by role; None when a role is missing or a shape differs."""
    assert case.expected.network is not None
    expected = state_specs(case.expected.network)
    if candidate.tensors.keys() != step.tensors.keys():
        return None
    for role, key in step.tensors.items():
        if expected[key].shape != case.evidence.specs[candidate.tensors[role]].shape:
            return None
    return {key: candidate.tensors[role] for role, key in step.tensors.items()}
