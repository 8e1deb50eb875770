"""Laying a student's steps beside the reference's, so that what is missing, extra or different has a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.judging.description import Step
from grader.judging.layers import ACTIVATIONS


@dataclass(frozen=True)
class Pair:
    """A reference step and the student's step in its place; either may be absent."""

    expected: Step | None
    found: Step | None

    @property
    def is_equal(self) -> bool:
        """Whether both are there and are the same layer."""
        return (
            self.expected is not None
            and self.found is not None
            and self.expected.kind == self.found.kind
            and self.expected.layer == self.found.layer
        )


def align(found: Sequence[Step], expected: Sequence[Step]) -> list[Pair]:
    """The best pairing in order: dynamic programming over `_score`, as in global sequence alignment."""
    rows, columns = len(expected), len(found)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + _score(found[j], expected[i]))
    pairs: list[Pair] = []
    i = j = 0
    while i < rows and j < columns:
        score = _score(found[j], expected[i])
        if score > 0 and best[i][j] == best[i + 1][j + 1] + score:
            pairs.append(Pair(expected[i], found[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i][j + 1]:
            pairs.append(Pair(None, found[j]))
            j += 1
        else:
            pairs.append(Pair(expected[i], None))
            i += 1
    pairs += [Pair(None, step) for step in found[j:]] + [Pair(step, None) for step in expected[i:]]
    return pairs


def _score(found: Step, expected: Step) -> float:
    """How well one step stands for the other; 0 is not at all."""
    if found.tensors or expected.tensors:
        if found.kind != expected.kind:
            return 0.5 if found.path == expected.path != "" else 0.0
        return 1.0 + 2.0 * (found.path == expected.path) + 1.0 * (found.layer == expected.layer)
    if found.kind == expected.kind:
        return 1.5 + 0.25 * (found.layer == expected.layer)
    if found.kind in ACTIVATIONS and expected.kind in ACTIVATIONS:
        return 0.4  # one activation in another's place
    if {found.kind, expected.kind} in (
        {"Select", "LastStep"},
        {"slice", "LastStep"},
        {"view", "Flatten"},
        {"reshape", "Flatten"},
    ):
        return 0.4
    return 0.0
