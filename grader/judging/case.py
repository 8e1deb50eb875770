"""One submission's case before the judge: what the exercise expects, and the evidence there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from grader.evidence.frames import Array
from grader.evidence.graph import Graph, Ref, TensorSpec, location_from_json
from grader.judging.description import Step, describe
from grader.judging.network import Network, compile_network
from grader.messages import Message, message
from grader.verdict import Finding, Location, Outcome, finding_from_json


@dataclass(frozen=True)
class Expectation:
    """What the rubric says about the network, without points and thresholds."""

    target: str
    shape: tuple[int, ...]  # one input, without the batch dimension
    dtype: str
    batches: tuple[int, ...]
    network: Network | None
    names_fixed: bool
    arguments: Mapping[str, Any] = field(default_factory=dict)  # that the target is built with


@dataclass(frozen=True)
class Fault:
    """Why a stage gave no evidence: whose fault it is, and what to say."""

    outcome: Outcome
    message: Message
    location: Location | None = None


@dataclass(frozen=True)
class GraphFacts:
    """What the evaluator saw when it ran a graph: shapes of every node's result at each batch size."""

    shapes: tuple[Mapping[str, Sequence[int]], ...]
    finite: bool = True
    error: str | None = None
    failed_batch: int | None = None


@dataclass(frozen=True)
class ForwardFacts:
    """Outputs of both networks on the same weights and inputs; None where the weights could not be transplanted."""

    found: Array | None
    expected: Array | None
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """One look at the full held-out set."""

    seed: int
    step: int
    score: float


@dataclass(frozen=True)
class Looks:
    """Scores of looks that decide nothing, in the check's metric, on samples of the held-out set; None: not looked.

    `guessing` is what needs no network: the share of the most frequent class, or the error of the best constant. `plain`
    and `perturbed` are of the same items, as they are and a little changed; NaN for a network that gave no answer.
    """

    untrained: float | None = None
    guessing: float | None = None
    plain: float | None = None
    perturbed: float | None = None


@dataclass(frozen=True)
class TrainingFacts:
    """What training showed. `losses` and `evaluations` are of the last seed that ran, and of all, respectively."""

    metric: str
    threshold: float
    evaluations: tuple[Evaluation, ...]
    losses: tuple[tuple[int, float], ...]
    data_name: str
    data_variant: str
    data_origin: str
    weaker_path: bool = False
    diverged_at: int | None = None
    wall_seconds: float = 0.0
    looks: Looks = Looks()


@dataclass
class Evidence:
    """Everything known about the submission. Stages that did not run, or failed, leave None and perhaps a `Fault`."""

    load: Mapping[str, Any] = field(default_factory=dict)
    capture: Mapping[str, Any] | None = None
    graphs: Mapping[str, Graph] | None = None
    specs: Mapping[str, TensorSpec] = field(default_factory=dict)
    refused: Message | None = None  # why the captured graph was not taken
    refused_at: Location | None = None
    facts: GraphFacts | None = None
    reference: GraphFacts | None = None
    forward: ForwardFacts | None = None
    gradients: Mapping[str, float | None] | None = None
    training: Mapping[str, TrainingFacts] = field(default_factory=dict)  # by check
    faults: dict[str, Fault] = field(default_factory=dict)  # by stage


@dataclass
class Case:
    """What a check judges."""

    expected: Expectation
    evidence: Evidence

    @cached_property
    def reference_steps(self) -> list[Step]:
        """The reference network's steps."""
        if self.expected.network is None:
            return []
        graphs, specs = compile_network(self.expected.network)
        shapes = self.evidence.reference.shapes if self.evidence.reference else ()
        return describe(graphs["eval"], specs, self._with_batches(shapes), self.expected.shape)

    @cached_property
    def steps(self) -> list[Step]:
        """The student's steps; empty without a graph."""
        if self.evidence.graphs is None:
            return []
        shapes = self.evidence.facts.shapes if self.evidence.facts else ()
        graph, specs = self.evidence.graphs["eval"], self.evidence.specs
        steps = describe(graph, specs, self._with_batches(shapes), self.expected.shape)
        return [self._by_owner(step) for step in steps]

    def layer_names(self, step: Step) -> list[str]:
        """Paths of the module that owns a step's tensors: several when one module sits in several attributes."""
        names: dict[str, None] = {}
        for key in step.tensors.values():
            for name in (key, *self.evidence.specs[key].aliases):
                names[name.rpartition(".")[0]] = None
        return list(names)

    def _by_owner(self, step: Step) -> Step:
        """A layer goes by the name under which the exercise knows it, else by where its weights live."""
        names = self.layer_names(step)
        if not names or (step.path in names and step.path in self._expected_names):
            return step
        return replace(step, path=next((name for name in names if name in self._expected_names), names[0]))

    @property
    def _expected_names(self) -> Mapping[str, object]:
        return self.expected.network.layers if self.expected.network else {}

    @property
    def structure(self) -> Mapping[str, Any]:
        """What the model says it is made of."""
        nothing: Mapping[str, Any] = {"modules": [], "hidden": [], "non_finite": []}
        return nothing if self.evidence.capture is None else self.evidence.capture.get("structure", nothing)

    def findings(self, key: str) -> list[Finding]:
        """Findings that the student child made while loading, under `key`; a malformed one is dropped."""
        return decode_findings(self.evidence.load.get(key, ()))

    def _with_batches(self, shapes: Sequence[Mapping[str, Sequence[int]]]) -> Sequence[Mapping[str, Sequence[int]]]:
        batches = self.expected.batches[: len(shapes)]
        rows = zip(shapes, batches, strict=False)
        return [{**row, "$batch": [batch]} for row, batch in rows if row][:2]


def decode_findings(data: Any) -> list[Finding]:
    """Findings from the wire."""
    found = []
    for item in data if isinstance(data, list) else ([data] if data else []):
        try:
            found.append(finding_from_json(item))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            continue
    return found


def place(data: Any) -> Location | None:
    """A location from a child's claim; None when it is missing or malformed."""
    try:
        return location_from_json(data)
    except (ValueError, TypeError):
        return None


def skipped_because(case: Case, *, runs: bool) -> Finding | None:
    """Why a check that needs a built model (`runs`: one that also runs) cannot be judged; None when it can."""
    if case.evidence.capture is None or not case.evidence.capture.get("built"):
        return Finding(message("judging.needs_source"), severity="note")
    if runs and not runs_well(case):
        return Finding(message("judging.needs_shapes"), severity="note")
    return None


def runs_well(case: Case) -> bool:
    """Whether the model ran and gave one tensor of the reference's output shape."""
    capture = case.evidence.capture or {}
    if "forward_error" in capture or capture.get("output") != "tensor":
        return False
    if case.evidence.graphs is not None and (case.evidence.facts is None or case.evidence.facts.error is not None):
        return False
    return has_right_output(case)


def has_right_output(case: Case) -> bool:
    """Whether the output has the reference's shape at every batch size."""
    expected = reference_output_shapes(case)
    return expected is None or found_output_shapes(case) == expected


def found_output_shapes(case: Case) -> list[tuple[int, ...]]:
    """Shapes of the student's output: from the graph, or without one as the student child claims."""
    if case.evidence.graphs is not None:
        return output_shapes(case.evidence.graphs, case.evidence.facts)
    return [tuple(shape) for shape in (case.evidence.capture or {}).get("output_shapes", [])]


def reference_output_shapes(case: Case) -> list[tuple[int, ...]] | None:
    """Shapes of the reference's output; None without a reference."""
    if case.expected.network is None or case.evidence.reference is None:
        return None
    graphs, _ = compile_network(case.expected.network)
    return output_shapes(graphs, case.evidence.reference)


def output_shapes(graphs: Mapping[str, Graph] | None, facts: GraphFacts | None) -> list[tuple[int, ...]]:
    """Shape of a graph's output at each batch size."""
    output = graphs["eval"].output if graphs else None
    if facts is None or not isinstance(output, Ref):
        return []
    return [tuple(row[output.name]) for row in facts.shapes if output.name in row]
