"""What one run of a captured graph may cost, and the refusal of one that would cost more, before anything runs.

Not covered: the sum over many runs. How often a graph is run is the recipe's and the grader's choice, and the evaluator's
processor and wall-clock limits hold for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.errors import GraphRefused
from grader.evidence.cost import Cost, Step, walk
from grader.evidence.graph import Graph, TensorSpec
from grader.evidence.sizing.tensors import Tensor, tensors_of

# Source: two cores do some 10^11 operations a second in large products, so this is about a minute and a half, more than an
# evaluator waits for one answer. ResNet-18 trained on 256 images of 64 by 64 takes a fortieth of it.
MAX_OPERATIONS = 10**13
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Budget:
    """Limits for one run: operations, and bytes in use at any one time beyond what an empty evaluator uses."""

    memory_bytes: int
    operations: int = MAX_OPERATIONS


def require_affordable(
    graph: Graph,
    specs: Mapping[str, TensorSpec],
    inputs: Iterable[Tensor],
    budget: Budget,
    *,
    training: bool = False,
) -> None:
    """Refuse `graph` unless a run on each of `inputs` stays within `budget`. The graph has passed `validate`.

    Raises:
        GraphRefused: it names the node at which the budget is spent, what was found and what is allowed.
    """
    for x in inputs:
        cost = Cost()
        for step in walk(graph, specs, x, cost, training=training):
            cost.add(step)
            _check(step, cost, budget)


def _check(step: Step, cost: Cost, budget: Budget) -> None:
    place = {"node": step.node.name, "operator": step.node.operator}
    largest = max(
        (tensor.bytes for tensor in tensors_of(step.made.value)), default=0
    )  # a view may be larger than memory
    found = max(step.bytes, largest)
    if found > budget.memory_bytes:
        raise GraphRefused(
            "graph.too_much_memory", found=found // MEBIBYTE, limit=budget.memory_bytes // MEBIBYTE, **place
        )
    if cost.operations > budget.operations:
        raise GraphRefused("graph.too_costly", found=cost.operations, limit=budget.operations, **place)
