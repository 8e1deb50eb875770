"""One training step on a replayed graph, against the same step on the module that the graph was captured from.

Both start equal, see the same batches and have the same optimiser; they take turns, and their losses must agree.
"""

from __future__ import annotations

import copy
import statistics
from collections.abc import Callable

import torch
from solution import network
from timing import CORES, ROOT, Row, medians, show, use_two_cores
from torch import Tensor, nn
from torch.nn import functional

from grader.evaluator.replay import Replay
from grader.exercises import find_course
from grader.judging.checks.training import TrainingSettings
from grader.student.export import export
from grader.student.source import Source

STEPS = {"cnn_mnist_channels": 200, "mlp_wafer": 400, "rnn_stock": 1000}
LIMIT = 1.1
PLACEMENTS = 10  # fresh copies of both models: where a model's memory happens to lie moves a step by a third


def measure() -> list[Row]:
    """One row per exercise."""
    torch.set_num_threads(CORES)
    return [_compare(exercise, steps) for exercise, steps in STEPS.items()]


def _compare(exercise: str, steps: int) -> Row:
    rubric = find_course(ROOT).exercise(exercise).rubric
    settings = next(check.settings for check in rubric.checks if isinstance(check.settings, TrainingSettings))
    torch.manual_seed(0)
    assert rubric.sample_shape is not None
    x = torch.randn(settings.recipe.batch_size, *rubric.sample_shape)
    eager = network(exercise)
    captured = export(copy.deepcopy(eager), x[:2], Source(exercise, []))
    classify = settings.recipe.loss == "cross_entropy"
    y = torch.randint(eager(x).shape[1], (len(x),)) if classify else torch.randn(len(x), 1)
    loss = functional.cross_entropy if classify else functional.mse_loss
    seconds: list[list[float]] = []
    for _ in range(PLACEMENTS):
        losses: list[list[Tensor]] = [[], []]
        pair = (copy.deepcopy(eager), Replay(captured.graphs, captured.specs, captured.tensors))
        runs = [_step(model, loss, x, y, seen) for model, seen in zip(pair, losses, strict=True)]
        seconds.append(list(medians(runs, steps // PLACEMENTS)))
        torch.testing.assert_close(losses[0][:5], losses[1][:5])
    eager_seconds, replayed_seconds = (statistics.median(column) for column in zip(*seconds, strict=True))
    return Row(
        f"training step on the replayed graph of {exercise}", 1e3 * replayed_seconds, 1e3 * eager_seconds, LIMIT, "ms"
    )


def _step(
    model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor, seen: list[Tensor]
) -> Callable[[], None]:
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    model.train()

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        cost = loss(model(x), y)
        cost.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        seen.append(cost.detach())

    return step


if __name__ == "__main__":
    use_two_cores()
    show(measure())
