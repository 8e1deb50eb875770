"""Training over a channel: data come in by descriptor, predictions go out, and the labels' holder says when to stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.evidence.frames import Channel, Frame
from grader.sandbox.fake import FakeChild
from grader.sandbox.seam import Limits
from grader.training import remote
from grader.training.remote import predict_over, train_over

Serve = Callable[[nn.Module, Frame, Channel, torch.device], Frame]
RECIPE = {"loss": "cross_entropy", "optimizer": "SGD", "learning_rate": 0.1, "batch_size": 8, "max_epochs": 3}
BODY = {"shape": [6], "scale": 1.0, "dtype": "float32", "loss": "cross_entropy"}


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[int, ...]]:
    generator = np.random.default_rng(0)
    arrays = [generator.random((40, 6), "float32"), generator.integers(0, 3, 40), generator.random((10, 6), "float32")]
    opened = []
    for index, array in enumerate(arrays):
        np.save(tmp_path / f"{index}.npy", array)
        opened.append(os.open(tmp_path / f"{index}.npy", os.O_RDONLY))
    yield tuple(opened)
    for file in opened:
        os.close(file)


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Linear(6, 3)


@pytest.fixture
def serving() -> Iterator[Callable[..., FakeChild]]:
    """Children that serve one request about a model."""
    with ExitStack() as stack:

        def start(serve: Serve, trained: nn.Module) -> FakeChild:
            def answer(channel: Channel) -> None:
                channel.send(serve(trained, channel.receive(), channel, torch.device("cpu")))

            return stack.enter_context(FakeChild(answer, Limits()))

        yield start


def until_done(child: FakeChild, go_on: Callable[[int], bool]) -> tuple[list[Frame], Frame]:
    evaluations = []
    while True:
        frame = child.receive()
        if "evaluation" in frame.body:
            evaluations.append(frame)
            child.send(Frame({"go_on": go_on(frame.body["evaluation"])}))
        elif "progress" not in frame.body:
            return evaluations, frame


@pytest.fixture
def start(serving: Callable[..., FakeChild], files: tuple[int, ...]) -> Callable[..., FakeChild]:
    """Begins a training."""

    def begin(trained: nn.Module, **changes: Any) -> FakeChild:
        child = serving(train_over, trained)
        child.send(Frame({**BODY, "recipe": RECIPE | changes}), files)
        return child

    return begin


def test_predictions_are_class_numbers_at_every_look(start: Callable[..., FakeChild]) -> None:
    """Each evaluation carries the losses since the last one and one class per held-out input, and nothing else."""
    evaluations, last = until_done(start(model()), lambda step: True)
    assert [frame.body["evaluation"] for frame in evaluations] == [5, 10, 15]
    for frame in evaluations:
        assert frame.tensors.keys() == {"predictions"}
        assert frame.tensors["predictions"].shape == (10,) and frame.tensors["predictions"].dtype == np.int64
        assert len(frame.body["losses"]) == 5
    assert last.body == {"done": True, "steps": 15}


def test_the_labels_holder_stops_it(start: Callable[..., FakeChild]) -> None:
    """The answer to an evaluation is obeyed at once."""
    evaluations, last = until_done(start(model(), evaluate_every=2), lambda step: step < 4)
    assert [frame.body["evaluation"] for frame in evaluations] == [2, 4] and last.body["steps"] == 4


def test_inputs_that_come_along_are_tried_before_the_first_step(
    serving: Callable[..., FakeChild], files: tuple[int, ...]
) -> None:
    """The model as it is, one class for each; and training goes as it would have gone."""
    shown = np.random.default_rng(1).random((7, 6), "float32")
    fresh, plain = model(), model()
    child, other = serving(train_over, fresh), serving(train_over, plain)
    child.send(Frame({**BODY, "recipe": RECIPE}, {"inputs": shown}), files)
    first = child.receive()
    assert first.body == {"untrained": True}
    np.testing.assert_array_equal(first.tensors["predictions"], model()(torch.from_numpy(shown)).argmax(1).numpy())
    until_done(child, lambda step: True)
    for file in files:
        os.lseek(file, 0, os.SEEK_SET)  # a descriptor's position is everybody's
    other.send(Frame({**BODY, "recipe": RECIPE}), files)
    until_done(other, lambda step: True)
    assert torch.equal(fresh.weight, plain.weight)  # type: ignore[arg-type]


def test_inputs_in_answer_to_an_evaluation_are_tried_at_once(start: Callable[..., FakeChild]) -> None:
    """The network as it was just evaluated; the real answer is awaited."""
    shown, trained = np.random.default_rng(1).random((7, 6), "float32"), model()
    child = start(trained)
    while "progress" in (frame := child.receive()).body:
        pass
    assert frame.body["evaluation"] == 5
    look = child.ask(Frame({}, {"inputs": shown}))
    assert look.body == {"look": 5} and look.tensors["predictions"].shape == (7,)
    np.testing.assert_array_equal(look.tensors["predictions"], trained(torch.from_numpy(shown)).argmax(1).numpy())
    child.send(Frame({"go_on": False}))
    assert child.receive().body["steps"] == 5


def test_divergence_is_an_answer(start: Callable[..., FakeChild]) -> None:
    """Not an error of the child: the step, and the loss by its name."""
    spoilt = model()
    with torch.no_grad():
        spoilt.weight.fill_(float("nan"))  # type: ignore[union-attr, operator]
    evaluations, last = until_done(start(spoilt), lambda step: True)
    assert evaluations == [] and last.body["steps"] == 1 and np.isnan(last.body["diverged"])


def test_progress_is_sent_now_and_then(start: Callable[..., FakeChild], monkeypatch: pytest.MonkeyPatch) -> None:
    """With step, steps in all and loss; how often is a matter of time."""
    monkeypatch.setattr(remote, "PROGRESS_SECONDS", -1.0)
    child = start(model(), max_epochs=1)
    first = child.receive().body
    assert first.keys() == {"progress", "steps", "loss"} and (first["progress"], first["steps"]) == (1, 5)
    until_done(child, lambda step: True)


def test_inputs_that_come_along_are_predicted_instead_of_the_test_inputs(serving: Callable[..., FakeChild]) -> None:
    """No file is needed then."""
    shown = np.random.default_rng(1).random((7, 6), "float32")
    answer = serving(predict_over, model()).ask(Frame(BODY, {"inputs": shown}))
    assert answer.tensors["predictions"].shape == (7,)


def test_regression_answers_with_values(serving: Callable[..., FakeChild], files: tuple[int, ...]) -> None:
    """float32 of the model's own shape."""
    answer = serving(predict_over, nn.Linear(6, 1)).ask(Frame({**BODY, "loss": "mse"}), files)
    assert answer.tensors["predictions"].shape == (10, 1) and answer.tensors["predictions"].dtype == np.float32


def test_the_files_cannot_be_changed_through_the_mapping(files: tuple[int, ...], tmp_path: Path) -> None:
    """What a trainer writes into its arrays stays its own."""
    before = (tmp_path / "0.npy").read_bytes()
    array = remote._array(os.dup(files[0]))
    array.fill_(-1)
    assert (tmp_path / "0.npy").read_bytes() == before


@pytest.mark.parametrize("array", [np.asfortranarray(np.zeros((3, 2))), np.array([{"a": 1}], dtype=object)])
def test_what_is_no_plain_array_is_refused(tmp_path: Path, array: np.ndarray[Any, Any]) -> None:
    """No pickle is ever opened, and no layout guessed."""
    np.save(tmp_path / "odd.npy", array, allow_pickle=True)
    with pytest.raises(ValueError, match="plain"):
        remote._array(os.open(tmp_path / "odd.npy", os.O_RDONLY))
