"""Which runs of a captured graph the grader is about to ask for, and that each of them can be afforded.

Sizes inside a graph may depend on the batch size in any way, so the very sizes that will be run are looked at, the last
and smaller batch of an epoch included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.datasets import DataSplit
from grader.evidence.budget import Budget, require_affordable
from grader.evidence.graph import Graph, TensorSpec
from grader.evidence.sizing.tensors import Tensor
from grader.grading.second_look import LOOK_SIZE
from grader.judging.case import Expectation
from grader.judging.checks.training import TrainingSettings
from grader.sandbox import Limits

FORWARD_BATCH = 4  # items of the reference's input
HELD_OUT_BATCH = 500  # items per forward pass when predicting: the evaluator's EVALUATION_BATCH

BUDGET = Budget(Limits().memory_bytes)

Graphs = Mapping[str, Graph]
Specs = Mapping[str, TensorSpec]


def require_probes(graphs: Graphs, specs: Specs, expected: Expectation) -> None:
    """Shapes at every batch size, one forward pass, gradients at the largest. Raises GraphRefused."""
    batches = (*expected.batches, FORWARD_BATCH)
    require_affordable(graphs["eval"], specs, _inputs(expected, batches), BUDGET)
    require_affordable(graphs["eval"], specs, _inputs(expected, [max(expected.batches)]), BUDGET, training=True)


def require_training(
    graphs: Graphs, specs: Specs, expected: Expectation, settings: TrainingSettings, data: DataSplit, *, trains: bool
) -> None:
    """Every batch of an epoch and of all looks at the held-out set; only the latter unless the grader `trains`.

    Raises GraphRefused.
    """
    items = data.test_inputs.shape[0]
    looks = (items, min(items, LOOK_SIZE), min(items * max(1, LOOK_SIZE // items), LOOK_SIZE))
    held_out = sorted({batch for look in looks for batch in _batches(look, HELD_OUT_BATCH)})
    require_affordable(graphs["eval"], specs, _inputs(expected, held_out), BUDGET)
    if trains:
        batches = _batches(data.train_inputs.shape[0], settings.recipe.batch_size)
        require_affordable(graphs["train"], specs, _inputs(expected, batches), BUDGET, training=True)


def _batches(items: int, size: int) -> list[int]:
    return sorted({min(items, size), items % size} - {0})


def _inputs(expected: Expectation, batches: Iterable[int]) -> Iterable[Tensor]:
    return [Tensor((batch, *expected.shape), expected.dtype) for batch in batches]
