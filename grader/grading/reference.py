"""The reference in numbers: computed by an evaluator that never holds student data, ahead of need."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.evidence.frames import Array, Frame
from grader.grading.affording import FORWARD_BATCH
from grader.grading.faults import refuse_failure
from grader.grading.stages import graph_frame, shapes_frame, shapes_from
from grader.judging.case import Case, Expectation, ForwardFacts, GraphFacts
from grader.judging.matching import match_claimed_tensors, match_tensors
from grader.judging.network import compile_network
from grader.sandbox import Child, Limits, Sandbox

DRAWS = 16  # of weights, for a network with one output that is as often on one side of zero as not: 1 in 65,000 stay so
MAX_KNOWN = 2  # one serves a repeated grading; every fresh probe brings its own, of tens of megabytes

_known: OrderedDict[str, Reference] = OrderedDict()


@dataclass(frozen=True)
class Reference:
    """The reference network in numbers: shapes, weights drawn from a seed, an input and the output it gives."""

    facts: GraphFacts
    weights: Mapping[str, Array]
    sample: Array
    output: Array


class PendingReference:
    """A reference that is being computed. All requests are sent at once, so it is ready when the student's model is."""

    def __init__(self, sandbox: Sandbox, expected: Expectation, seed: int, limits: Limits) -> None:
        self._key = repr((expected.network, expected.shape, expected.dtype, expected.batches, seed))
        self._seed = seed
        self._sample = random_inputs(expected, seed)
        self._child: Child | None = None
        if self._key in _known:
            return
        assert expected.network is not None
        graphs, specs = compile_network(expected.network)
        self._child = sandbox.start("evaluator", limits)
        self._child.send(graph_frame(graphs, specs, {}))
        self._child.send(shapes_frame(expected, seed))
        self._ask_for_output(self._child, seed)

    def result(self) -> Reference:
        """The reference, waiting for it where necessary. Raises what `Child.receive` raises, and StageFailed."""
        if self._child is not None:
            _, shapes = self._answer(self._child), self._answer(self._child)
            weights, output = self._telling_output(self._child)
            _known[self._key] = Reference(shapes_from(shapes.body), weights, self._sample, output)
            while len(_known) > MAX_KNOWN:
                _known.popitem(last=False)
            self.close()
        _known.move_to_end(self._key)
        return _known[self._key]

    def _telling_output(self, child: Child) -> tuple[Mapping[str, Array], Array]:
        """Weights, and an output that shows whether the network ends in an activation, if one can be drawn."""
        for draw in range(1, DRAWS + 1):
            weights, output = self._answer(child).tensors, self._answer(child).tensors["output"]
            if is_telling(output) or draw == DRAWS:
                break
            self._ask_for_output(child, self._seed + draw)
        return weights, output

    def _ask_for_output(self, child: Child, seed: int) -> None:
        child.send(Frame({"request": "initial", "seed": seed, "send": True, "perturb_norms": True}))
        child.send(Frame({"request": "forward"}, {"input": self._sample}))

    def close(self) -> None:
        """End the child; idempotent."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> PendingReference:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    @staticmethod
    def _answer(child: Child) -> Frame:
        frame = child.receive()
        refuse_failure(frame.body, child.limits, student=False)
        return frame


def compare(child: Child, case: Case, known: Reference) -> ForwardFacts:
    """Transplant the reference's weights and compare outputs on the reference's input."""
    matching = match_tensors(case)
    if matching.unmatched:
        return ForwardFacts(None, None, matching.unmatched)
    weights = {found: known.weights[key] for key, found in matching.keys.items()}
    refuse_failure(child.ask(Frame({"request": "set"}, weights)).body, child.limits, student=False)
    answer = child.ask(Frame({"request": "forward"}, {"input": known.sample}))
    refuse_failure(answer.body, child.limits, student=False)
    return ForwardFacts(answer.tensors["output"], known.output)


def compare_claimed(child: Child, case: Case, known: Reference) -> ForwardFacts:
    """The same for a model without a graph, asked of the student child: it cannot foresee weights or input."""
    matching = match_claimed_tensors(case)
    if matching.unmatched:
        return ForwardFacts(None, None, matching.unmatched)
    weights = {f"w:{found}": known.weights[key] for key, found in matching.keys.items()}
    body = {"request": "forward", "target": case.expected.target, "arguments": dict(case.expected.arguments)}
    answer = child.ask(Frame(body, {**weights, "input": known.sample}))
    refuse_failure(answer.body, child.limits, student=False)
    return ForwardFacts(answer.tensors.get("output"), known.output)


def is_telling(output: Array) -> bool:
    """Whether an output (N, *item shape) has values on both sides of zero, as far as that is a matter of chance.

    A ReLU too many leaves positive values as they are. Where an item has many outputs, all of one sign are the network's way.
    """
    return output[0].size > 4 or bool(output.min() < 0 < output.max())


def random_inputs(expected: Expectation, seed: int) -> Array:
    """Standard normal: negative values show a missing activation; 0 and 1 where whole numbers are taken."""
    generator, size = np.random.default_rng(seed), (FORWARD_BATCH, *expected.shape)
    numbers = generator.integers(0, 2, size) if "int" in expected.dtype else generator.standard_normal(size)
    return numbers.astype(expected.dtype)
