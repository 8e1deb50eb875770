"""Training a model on a recipe, and predicting: one loop a person can read in one sitting."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EVALUATION_BATCH = 500  # items per forward pass when predicting: fits the cache better than one large batch


@dataclass(frozen=True)
class Recipe:
    """How to train. Seeds fix the order of the batches and dropout; the initial state is drawn elsewhere."""

    loss: str  # "cross_entropy" or "mse"
    optimizer: str  # "SGD", "Adam" or "AdamW"
    learning_rate: float
    batch_size: int
    max_epochs: int
    momentum: float = 0.0
    weight_decay: float = 0.0
    schedule: str = "constant"  # or "one_cycle": up over the first quarter, down to zero over the rest
    evaluate_from: int = 0  # first step at which the held-out set is tried
    evaluate_every: int = 0  # steps between tries; 0: at the end of each epoch
    gradient_clip: float = 0.0  # largest gradient norm; 0: no clipping
    seed: int = 0


@dataclass(frozen=True)
class TrainingData:
    """Arrays to train on and to predict. Inputs keep their stored dtype until a batch is taken."""

    inputs: Tensor  # (N, …), any dtype
    targets: Tensor  # (N,) int64 or (N, 1) float32
    test_inputs: Tensor  # (M, …)
    shape: tuple[int, ...]  # one item as the model takes it
    scale: float
    dtype: torch.dtype = torch.float32

    def batch(self, inputs: Tensor, device: torch.device) -> Tensor:
        """Stored items as the model takes them: (B, *shape)."""
        return inputs.to(device).to(self.dtype).mul_(self.scale).reshape(-1, *self.shape)


class Diverged(Exception):
    """The loss is no longer a finite number."""

    def __init__(self, step: int, loss: float) -> None:
        super().__init__(step, loss)
        self.step = step
        self.loss = loss


def train(
    model: nn.Module,
    recipe: Recipe,
    data: TrainingData,
    device: torch.device,
    on_evaluation: Callable[[int, list[tuple[int, float]], Tensor], bool],
    on_step: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> int:
    """Train until `on_evaluation` says stop or the recipe ends; the number of steps taken.

    `on_evaluation(step, losses since the last one, outputs for the test inputs)` answers whether to go on. The model is
    left in evaluation mode. Raises Diverged when a loss is not finite.
    """
    torch.manual_seed(recipe.seed)
    order = torch.Generator().manual_seed(recipe.seed)
    optimizer = _optimizer(model, recipe)
    steps = recipe.max_epochs * math.ceil(len(data.inputs) / recipe.batch_size)
    per_epoch = math.ceil(len(data.inputs) / recipe.batch_size)
    losses: list[tuple[int, float]] = []
    step = 0
    for x, y in _batches(recipe, data, device, order):
        _set_learning_rate(optimizer, recipe, step, steps)
        loss = _step(model, optimizer, recipe, x, y)
        step += 1
        losses.append((step, loss))
        on_step(step, steps, loss)
        if not math.isfinite(loss):
            raise Diverged(step, loss)
        if _is_due(step, per_epoch, steps, recipe):
            if not on_evaluation(step, losses, predict(model, data, device)):
                return step
            losses = []
    return step


@torch.no_grad()
def predict(model: nn.Module, data: TrainingData, device: torch.device) -> Tensor:
    """Outputs of the model, in evaluation mode, for all test inputs: (M, …) on the CPU."""
    model.eval()
    parts = [model(data.batch(part, device)).cpu() for part in torch.split(data.test_inputs, EVALUATION_BATCH)]
    return torch.cat(parts)


def _batches(
    recipe: Recipe, data: TrainingData, device: torch.device, order: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    for _ in range(recipe.max_epochs):
        for indices in torch.split(torch.randperm(len(data.inputs), generator=order), recipe.batch_size):
            yield data.batch(data.inputs[indices], device), data.targets[indices].to(device)


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, recipe: Recipe, x: Tensor, y: Tensor) -> float:
    model.train()
    optimizer.zero_grad(set_to_none=True)
    output = model(x)
    loss = F.cross_entropy(output, y) if recipe.loss == "cross_entropy" else F.mse_loss(output, y.reshape(output.shape))
    loss.backward()  # type: ignore[no-untyped-call]
    if recipe.gradient_clip:
        nn.utils.clip_grad_norm_(model.parameters(), recipe.gradient_clip)
    optimizer.step()
    return float(loss.detach())


def _is_due(step: int, per_epoch: int, steps: int, recipe: Recipe) -> bool:
    if step == steps:
        return True
    if recipe.evaluate_every:
        since = step - max(recipe.evaluate_from, recipe.evaluate_every)
        return since >= 0 and since % recipe.evaluate_every == 0
    return step % per_epoch == 0 and step >= recipe.evaluate_from


def _optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if recipe.optimizer == "SGD":
        return torch.optim.SGD(
            parameters, recipe.learning_rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay
        )
    kinds: dict[str, Callable[..., torch.optim.Optimizer]] = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}
    # The fused form takes one pass over the parameters instead of one for each arithmetic operation.
    return kinds[recipe.optimizer](parameters, recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)


def _set_learning_rate(optimizer: torch.optim.Optimizer, recipe: Recipe, step: int, steps: int) -> None:
    if recipe.schedule == "constant":
        return
    warm = max(1, steps // 4)
    share = (step + 1) / warm if step < warm else (steps - step) / max(1, steps - warm)
    for group in optimizer.param_groups:
        group["lr"] = recipe.learning_rate * share
