"""Training for somebody at the other end of a channel, who holds the labels and says when to stop."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from grader.evidence.frames import Array, Channel, Frame
from grader.training.loop import Diverged, Recipe, TrainingData, predict, train

PROGRESS_SECONDS = 0.25


def train_over(model: nn.Module, frame: Frame, channel: Channel, device: torch.device) -> Frame:
    """Train as the request says. In between go ``evaluation`` frames, each answered by ``{"go_on": bool}``, and
    ``progress`` frames, which need no answer; the last frame has ``done`` and the steps taken.

    Inputs that come along are predicted before the first step (``untrained``). Inputs that come as the answer to an
    evaluation are predicted at once (``look``), and the real answer is awaited.
    """
    recipe = Recipe(**frame.body["recipe"])
    data = _data(frame.body, channel)

    def look(inputs: Array) -> dict[str, Array]:
        shown = replace(data, test_inputs=torch.from_numpy(inputs.copy()))
        return {"predictions": _predictions(predict(model, shown, device), recipe.loss)}

    if "inputs" in frame.tensors:
        channel.send(Frame({"untrained": True}, look(frame.tensors["inputs"])))
    last_sent = time.monotonic()

    def on_step(step: int, steps: int, loss: float) -> None:
        nonlocal last_sent
        if time.monotonic() - last_sent > PROGRESS_SECONDS:
            last_sent = time.monotonic()
            channel.send(Frame({"progress": step, "steps": steps, "loss": loss}))

    def on_evaluation(step: int, losses: list[tuple[int, float]], outputs: Tensor) -> bool:
        channel.send(Frame({"evaluation": step, "losses": losses}, {"predictions": _predictions(outputs, recipe.loss)}))
        answer = channel.receive()
        if "inputs" in answer.tensors:
            channel.send(Frame({"look": step}, look(answer.tensors["inputs"])))
            answer = channel.receive()
        return bool(answer.body["go_on"])

    try:
        steps = train(model, recipe, data, device, on_evaluation, on_step)
    except Diverged as diverged:
        return Frame({"done": True, "steps": diverged.step, "diverged": diverged.loss})
    return Frame({"done": True, "steps": steps})


def predict_over(model: nn.Module, frame: Frame, channel: Channel, device: torch.device) -> Frame:
    """Predictions without training, for the inputs that come along or else for the test inputs that are attached."""
    inputs = frame.tensors.get("inputs")
    data = _data(frame.body, channel) if inputs is None else _shown(frame.body, torch.from_numpy(inputs.copy()))
    outputs = predict(model, data, device)
    return Frame({}, {"predictions": _predictions(outputs, frame.body["loss"])})


def _predictions(outputs: Tensor, loss: str) -> Array:
    """Class numbers (M,) int64 for classification, values (M, …) float32 for regression."""
    if loss == "cross_entropy":
        return outputs.argmax(1).numpy()
    return outputs.float().numpy()


def _data(body: Mapping[str, Any], channel: Channel) -> TrainingData:
    """Arrays from the descriptors that came with the request, in the order inputs, targets, test inputs."""
    files = channel.received_files[-3:]
    del channel.received_files[-3:]
    inputs, targets, test_inputs = (_array(file) for file in files)
    return replace(_shown(body, test_inputs), inputs=inputs, targets=targets)


def _shown(body: Mapping[str, Any], test_inputs: Tensor) -> TrainingData:
    """Data to predict for and nothing to train on."""
    nothing = torch.empty(0)
    shape, dtype = tuple(body["shape"]), getattr(torch, body["dtype"])
    return TrainingData(nothing, nothing, test_inputs, shape, body["scale"], dtype)


def _array(file: int) -> Tensor:
    """A memory-mapped .npy behind a descriptor. The mapping is copy-on-write: nothing can reach the file."""
    with open(file, "rb") as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(stream)
        if fortran or dtype.hasobject:
            raise ValueError("not a plain array")
        return torch.from_numpy(np.memmap(stream, dtype, "c", stream.tell(), shape))
