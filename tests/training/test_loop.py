"""The training loop does what its recipe says: the same for everybody, and no step longer than needed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from grader.judging.checks.training import RecipeSettings
from grader.training.inputs import random_inputs
from grader.training.loop import EVALUATION_BATCH, Diverged, Recipe, TrainingData, predict, train

CPU = torch.device("cpu")


def recipe(**changes: Any) -> Recipe:
    defaults = Recipe("cross_entropy", "SGD", learning_rate=0.1, batch_size=8, max_epochs=2)
    return dataclasses.replace(defaults, **changes)


def data(count: int = 40, tests: int = 10) -> TrainingData:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randint(0, 256, (count, 2, 3), dtype=torch.uint8, generator=generator)
    targets = torch.randint(0, 3, (count,), generator=generator)
    return TrainingData(inputs, targets, inputs[:tests], (6,), 1 / 255)


def linear(outputs: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, outputs), nn.Dropout(0.2))


class Seen:
    """What a caller is told, and answers."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.steps: list[int] = []
        self.losses: list[tuple[int, float]] = []
        self.outputs: list[Tensor] = []
        self.stop_at = stop_at

    def __call__(self, step: int, losses: list[tuple[int, float]], outputs: Tensor) -> bool:
        self.steps.append(step)
        self.losses += losses
        self.outputs.append(outputs)
        return self.stop_at is None or step < self.stop_at


def run(changed: Recipe, model: nn.Module | None = None, count: int = 40) -> Seen:
    seen = Seen()
    train(model or linear(), changed, data(count), CPU, seen)
    return seen


def test_it_ends_with_the_recipe() -> None:
    """Without a word from the caller every epoch is run, and the held-out inputs are predicted at the end of each."""
    seen = Seen()
    assert train(linear(), recipe(), data(), CPU, seen) == 10
    assert seen.steps == [5, 10]
    assert [step for step, _ in seen.losses] == list(range(1, 11))
    assert all(output.shape == (10, 3) for output in seen.outputs)


def test_it_stops_when_it_is_told_to() -> None:
    """Not one step is taken after the caller said stop."""
    steps: list[int] = []
    seen = Seen(stop_at=3)
    taken = train(linear(), recipe(evaluate_every=1), data(), CPU, seen, lambda step, *_: steps.append(step))
    assert taken == 3 and seen.steps == [1, 2, 3] and steps == [1, 2, 3]


def test_it_learns() -> None:
    """The loss of a separable problem falls."""
    inputs = torch.eye(6).repeat(20, 1)
    problem = TrainingData(inputs, torch.arange(6).repeat(20), inputs[:6], (6,), 1.0)
    for optimizer in ("SGD", "Adam", "AdamW"):
        seen = Seen()
        train(nn.Linear(6, 6), recipe(optimizer=optimizer, learning_rate=0.2, max_epochs=10), problem, CPU, seen)
        assert seen.losses[-1][1] < 0.5 * seen.losses[0][1]
        assert torch.equal(seen.outputs[-1].argmax(1), torch.arange(6))


@pytest.mark.parametrize("spoil", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_it(spoil: float) -> None:
    """Diverged says at which step, and no step follows on spoilt weights."""
    model = linear()
    steps: list[int] = []

    def on_step(step: int, steps_in_all: int, loss: float) -> None:
        steps.append(step)
        if step == 3:
            with torch.no_grad():
                model[0].weight.fill_(spoil)  # type: ignore[index]

    with pytest.raises(Diverged) as diverged:
        train(model, recipe(), data(), CPU, Seen(), on_step)
    assert diverged.value.step == 4 and not math.isfinite(diverged.value.loss)
    assert steps == [1, 2, 3, 4]


@settings(deadline=None, max_examples=40)
@given(
    batch_size=st.integers(1, 12),
    epochs=st.integers(1, 3),
    start=st.integers(0, 30),
    every=st.integers(0, 12),
)
def test_evaluations_come_when_the_recipe_says(batch_size: int, epochs: int, start: int, every: int) -> None:
    """From `evaluate_from` on, every `evaluate_every` steps or else at the end of each epoch, and always at the very end."""
    changed = recipe(batch_size=batch_size, max_epochs=epochs, evaluate_from=start, evaluate_every=every)
    seen = run(changed, count=10)
    per_epoch = math.ceil(10 / batch_size)
    last = per_epoch * epochs
    assert seen.steps[-1] == last and seen.steps == sorted(set(seen.steps))
    early = seen.steps[:-1]
    assert all(step >= start for step in early)
    if every:
        first = max(start, every)
        assert early == list(range(first, last, every))
    else:
        assert early == [step for step in range(per_epoch, last, per_epoch) if step >= start]
    assert [step for step, _ in seen.losses] == list(range(1, last + 1))


def test_the_seed_alone_decides_the_order_of_the_data() -> None:
    """Not the model, not the state of PyTorch's own generator; and each epoch has an order of its own."""
    orders = []
    for seed, disturbance in ((0, 1), (0, 2), (1, 1)):
        torch.manual_seed(disturbance)
        torch.rand(disturbance)
        model = Recording()
        train(model, recipe(seed=seed, batch_size=40), data(), CPU, Seen())
        orders.append(torch.cat(model.batches))
    assert torch.equal(orders[0], orders[1]) and not torch.equal(orders[0], orders[2])
    first, second = orders[0].split(40)
    assert not torch.equal(first, second)
    assert torch.equal(first.sort(0).values, second.sort(0).values)


def test_equal_models_on_one_seed_train_to_equal_weights() -> None:
    """Dropout included, to the last digit, wherever the generator stood before."""
    states = []
    for disturbance in (3, 4):
        model = linear()
        torch.manual_seed(disturbance)
        run(recipe(optimizer="Adam"), model=model)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


class Recording(nn.Module):
    """Notes its training batches."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 3)
        self.batches: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.batches.append(x.clone())
        output: Tensor = self.linear(x)
        return output


def test_stored_bytes_become_scaled_floats_of_the_models_shape() -> None:
    """Inputs keep their stored type until a batch is taken."""
    model = Recording()
    train(model, recipe(batch_size=40, max_epochs=1), data(), CPU, Seen())
    batch = model.batches[0]
    assert batch.shape == (40, 6) and batch.dtype == torch.float32
    assert float(batch.min()) >= 0 and 0.9 < float(batch.max()) <= 1


@pytest.mark.parametrize(("steps", "peak"), [(40, 10), (4, 1), (1, 1)])
def test_one_cycle_rises_to_the_rate_and_ends_near_zero(steps: int, peak: int) -> None:
    """Up over the first quarter, down over the rest; never above the recipe's rate, never zero, never negative."""
    rates: list[float] = []
    model = linear()
    original = torch.optim.SGD.step

    def noting(self: torch.optim.SGD, *args: Any, **kwargs: Any) -> Any:
        rates.append(self.param_groups[0]["lr"])
        return original(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.SGD, "step", noting)
        train(model, recipe(schedule="one_cycle", batch_size=40, max_epochs=steps), data(), CPU, Seen())
    assert len(rates) == steps and max(rates) == pytest.approx(0.1)
    assert rates.index(max(rates)) in (peak - 1, peak)
    assert all(rate > 0 for rate in rates) and rates == sorted(rates[:peak]) + sorted(rates[peak:], reverse=True)
    if steps == 40:
        assert rates[-1] <= 0.1 / 30


def test_regression_targets_are_never_broadcast() -> None:
    """(N, 1) targets against (N,) outputs are compared item by item; anything else of another size is an error."""
    inputs = torch.rand(8, 4)
    targets = torch.arange(8.0).reshape(8, 1)
    problem = TrainingData(inputs, targets, inputs, (4,), 1.0)
    losses = {}
    for name, model in {"column": nn.Linear(4, 1), "flat": nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))}.items():
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
        seen = Seen()
        train(model, recipe(loss="mse", max_epochs=1), problem, CPU, seen)
        losses[name] = seen.losses[0][1]
    assert losses == dict.fromkeys(losses, pytest.approx(float(targets.square().mean())))
    with pytest.raises(RuntimeError):
        train(nn.Linear(4, 2), recipe(loss="mse"), problem, CPU, Seen())


def test_gradients_are_clipped_where_the_recipe_says() -> None:
    """With a clip of c, a step of SGD moves the weights by at most the rate times c."""
    moved = []
    for clip in (0.0, 1e-3):
        model = nn.Linear(6, 3)
        before = nn.utils.parameters_to_vector(model.parameters()).clone()
        train(model, recipe(gradient_clip=clip, batch_size=40, max_epochs=1), data(), CPU, Seen())
        moved.append(float((nn.utils.parameters_to_vector(model.parameters()) - before).detach().norm()))
    assert moved[0] > 1e-3 and moved[1] == pytest.approx(1e-4, rel=1e-3)


def test_frozen_parameters_stay() -> None:
    """What the network says is frozen is not handed to the optimiser, weight decay included."""
    model = linear()
    model[0].bias.requires_grad_(False)  # type: ignore[index]
    before = model[0].bias.clone()  # type: ignore[index]
    run(recipe(weight_decay=0.1, momentum=0.9), model=model)
    assert torch.equal(model[0].bias, before)  # type: ignore[index]


def test_predictions_are_for_all_inputs_in_evaluation_mode() -> None:
    """In order, in parts that fit the cache, without dropout and without gradients, on the CPU."""
    count = 2 * EVALUATION_BATCH + 3
    many = data(count=count, tests=count)
    model = linear().train()
    outputs = predict(model, many, CPU)
    assert outputs.shape == (count, 3) and not outputs.requires_grad and not model.training
    torch.testing.assert_close(outputs, model(many.batch(many.test_inputs, CPU)).detach())


def test_a_rubrics_recipe_is_a_recipe() -> None:
    """Every setting that a rubric can write reaches the loop, with the same default; the seed is added by the grader."""
    written = RecipeSettings()
    built = Recipe(**written.model_dump(), seed=3)
    assert {field.name for field in dataclasses.fields(Recipe)} == {*RecipeSettings.model_fields, "seed"}
    for field in dataclasses.fields(Recipe):
        if field.default is not dataclasses.MISSING and field.name != "seed":
            assert getattr(built, field.name) == field.default


@pytest.mark.parametrize(
    ("dtype", "check"),
    [
        ("float32", torch.is_floating_point),
        ("float64", torch.is_floating_point),
        ("int64", lambda x: set(x.unique().tolist()) == {0, 1}),
    ],
)
def test_inputs_to_try_a_model_on_are_of_its_type(dtype: str, check: Callable[[Tensor], bool]) -> None:
    """Standard normal numbers, or whole numbers that every embedding knows; the same for one generator state."""
    draws = [random_inputs(64, (3, 2), dtype, torch.Generator().manual_seed(1)) for _ in range(2)]
    assert torch.equal(*draws) and check(draws[0])
    assert draws[0].shape == (64, 3, 2) and str(draws[0].dtype) == f"torch.{dtype}"
