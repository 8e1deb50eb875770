"""The stages of gathering evidence: each asks a child one thing and puts the answer where the judge will look."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.errors import CourseError, GraphRefused, ProtocolError
from grader.evidence.claims import CaptureClaim, LoadClaim, read_claim
from grader.evidence.frames import Array, Frame
from grader.evidence.graph import Graph, TensorSpec, graph_from_json, graph_to_json, spec_from_json, spec_to_json
from grader.evidence.validation import validate, validate_state
from grader.exercises import Exercise
from grader.grading.affording import require_probes
from grader.grading.faults import refuse_failure
from grader.grading.loading import ask_to_load
from grader.grading.probes import Probes
from grader.judging.case import Evidence, Expectation, GraphFacts
from grader.judging.network import parse_network
from grader.sandbox import Child
from grader.submissions import SubmissionFile
from grader.verdict import Location


@dataclass
class Captured:
    """The state that came with a capture; it goes to the evaluator and nowhere else."""

    tensors: Mapping[str, Array]


def expectation(exercise: Exercise) -> Expectation:
    """What the judge needs to know of the rubric."""
    rubric, network = exercise.rubric, exercise.rubric.network
    # The first size is the one that the graph is captured with: one element would be taken for a special case.
    batches = tuple(sorted(rubric.batches, key=lambda size: (size < 2, size)))
    return Expectation(
        rubric.target.name,
        rubric.sample_shape or (),
        rubric.dtype,
        batches,
        None if network is None else parse_network(network.layers, network.forward),
        rubric.names == "fixed",
        dict(rubric.target.arguments),
    )


def load(child: Child, submission: SubmissionFile, exercise: Exercise, data_root: str | None) -> dict[str, Any]:
    """The answer to ``load``. The stub goes along so that an untouched answer can be named."""
    rubric = exercise.rubric
    body = {
        "request": "load",
        "name": submission.name,
        "target": rubric.target.name,
        "run": rubric.run,
        "data_root": data_root,
        "cell_seconds": rubric.cell_seconds,
        "total_seconds": rubric.total_seconds,
    }
    tensors = {"source": _bytes(submission.data)}
    with contextlib.suppress(CourseError, OSError):  # a course may have no stub for this exercise
        tensors["stub"] = _bytes(exercise.stub().read_bytes())
    answer = ask_to_load(child, Frame(body, tensors), rubric, submission.name)
    refuse_failure(answer.body, child.limits, student=True)
    return read_claim(LoadClaim, answer.body)


def capture_request(exercise: Exercise, seed: int, probes: Probes) -> dict[str, Any]:
    """What the student child needs to know to capture the target. `seed` is for building it, `probes` for running it."""
    expected = expectation(exercise)
    return {
        "request": "capture",
        "target": expected.target,
        "arguments": dict(expected.arguments),
        "shape": list(expected.shape),
        "dtype": expected.dtype,
        "batches": list(expected.batches),
        "seed": seed,
        "probe_seed": probes["capture"],
    }


def build(child: Child, exercise: Exercise, seed: int, probes: Probes) -> dict[str, Any]:
    """What the student child says of the model before it has run: whether it could be built, and its structure."""
    answer = child.ask(Frame({**capture_request(exercise, seed, probes), "request": "build"}))
    refuse_failure(answer.body, child.limits, student=True)
    return read_claim(CaptureClaim, answer.body)


def capture(child: Child, exercise: Exercise, seed: int, probes: Probes, evidence: Evidence) -> Captured:
    """Run and capture the model that was built; a graph that fails validation leaves `evidence.refused`."""
    answer = child.ask(Frame(capture_request(exercise, seed, probes)))
    refuse_failure(answer.body, child.limits, student=True)
    evidence.capture = read_claim(CaptureClaim, answer.body)
    graph = evidence.capture.get("graph")
    if graph is None:
        return Captured({})
    try:
        specs = {spec.key: spec for spec in map(spec_from_json, graph["state"])}
        graphs = {mode: graph_from_json(graph[mode]) for mode in ("eval", "train")}
        for one in graphs.values():
            validate(one, specs)
        validate_state(specs, answer.tensors)
        require_probes(graphs, specs, expectation(exercise))
    except GraphRefused as refused:
        evidence.refused = refused.message
        evidence.refused_at = _location_of(graph, refused.message.args.get("node"))
        return Captured({})
    except (KeyError, TypeError):
        evidence.refused = GraphRefused("graph.malformed", reason="missing part").message
        return Captured({})
    evidence.graphs, evidence.specs = graphs, specs
    return Captured(answer.tensors)


def _location_of(graph: Mapping[str, Any], name: object) -> Location | None:
    """Where the refused node stands in the submission, as far as the malformed graph tells."""
    with contextlib.suppress(GraphRefused):
        node = graph_from_json(graph.get("eval")).node(str(name))
        return node.location if node else None
    return None


def load_graph(
    child: Child,
    graphs: Mapping[str, Graph],
    specs: Mapping[str, TensorSpec],
    state: Mapping[str, Array],
    device: str = "cpu",
) -> str:
    """Give an evaluator the graphs and, unless it is to draw it, the state; the device that it really uses."""
    answer = child.ask(graph_frame(graphs, specs, state, device)).body
    refuse_failure(answer, child.limits, student=False)
    return str(answer["device"])


def graph_frame(
    graphs: Mapping[str, Graph], specs: Mapping[str, TensorSpec], state: Mapping[str, Array], device: str = "cpu"
) -> Frame:
    """The request that loads a graph into an evaluator."""
    body: dict[str, Any] = {mode: graph_to_json(graph) for mode, graph in graphs.items()}
    body |= {"request": "load", "device": device, "state": [spec_to_json(spec) for spec in specs.values()]}
    return Frame(body, state)


def shapes(child: Child, expected: Expectation, seed: int) -> GraphFacts:
    """The shape of every node's result at every batch size."""
    answer = child.ask(shapes_frame(expected, seed)).body
    refuse_failure(answer, child.limits, student=False)
    return shapes_from(answer)


def shapes_frame(expected: Expectation, seed: int) -> Frame:
    """The request for shapes."""
    batches, shape = list(expected.batches), list(expected.shape)
    return Frame({"request": "shapes", "batches": batches, "shape": shape, "dtype": expected.dtype, "seed": seed})


def shapes_from(answer: Mapping[str, Any]) -> GraphFacts:
    """The shapes that an evaluator answered."""
    return GraphFacts(tuple(answer["shapes"]), answer["finite"], answer.get("error"), answer.get("batch"))


def gradients(child: Child, expected: Expectation, seed: int) -> dict[str, float | None]:
    """Gradient norm of every parameter; None where the loss does not reach it. Either child can be asked."""
    body = {
        "request": "gradients",
        "target": expected.target,
        "arguments": dict(expected.arguments),
        "batch": max(expected.batches),
        "shape": list(expected.shape),
        "dtype": expected.dtype,
        "seed": seed,
    }
    answer = child.ask(Frame(body)).body
    refuse_failure(answer, child.limits, student=False)
    norms = answer.get("norms")
    if not isinstance(norms, dict) or not all(norm is None or isinstance(norm, float) for norm in norms.values()):
        raise ProtocolError("sandbox.bad_frame", reason="norms")
    return {str(key): norm for key, norm in norms.items()}


def stronger(first: Mapping[str, float | None], second: Mapping[str, float | None]) -> dict[str, float | None]:
    """For every parameter the larger of two gradient norms; None only where neither try reached it."""
    return {
        key: max((norm for norm in (first.get(key), norm) if norm is not None), default=None)
        for key, norm in second.items()
    }


def draw_initial(child: Child, seed: int, captured: Captured, *, students: bool) -> Mapping[str, Array]:
    """Put the evaluator's model at its initial state: the default one under `seed`, or the one the student left.

    Answers the tensors that are the student's own, because no rule draws them; for `students`, all of them.
    """
    if students:
        refuse_failure(child.ask(Frame({"request": "set"}, captured.tensors)).body, child.limits, student=False)
        return captured.tensors
    answer = child.ask(Frame({"request": "initial", "seed": seed})).body
    refuse_failure(answer, child.limits, student=False)
    undrawn = {key: captured.tensors[key] for key in answer["undrawn"] if key in captured.tensors}
    if undrawn:
        refuse_failure(child.ask(Frame({"request": "set"}, undrawn)).body, child.limits, student=False)
    return undrawn


def _bytes(data: bytes) -> Array:
    return np.frombuffer(data, dtype=np.uint8)
