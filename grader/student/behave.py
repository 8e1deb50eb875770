"""The weaker path: behaviour of a model that has no graph, observed here. Every answer is a claim."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from grader.evidence.frames import Channel, Frame
from grader.training.inputs import random_inputs
from grader.training.remote import predict_over, train_over


def forward(target: Any, frame: Frame, channel: Channel) -> Frame:
    """Outputs in evaluation mode, on the weights and the input that are sent (``w:<key>`` and ``input``)."""
    model = build(target, frame.body["arguments"]).eval()
    weights = {name[2:]: torch.from_numpy(array.copy()) for name, array in frame.tensors.items() if name[:2] == "w:"}
    model.load_state_dict(weights, strict=False)
    with torch.no_grad():
        output = model(torch.from_numpy(frame.tensors["input"].copy()))
    return Frame({}, {"output": output.detach().contiguous().numpy()})


def gradients(target: Any, frame: Frame, channel: Channel) -> Frame:
    """Gradient norm of every trainable parameter after one backward pass; null where the loss does not reach it."""
    torch.manual_seed(frame.body["seed"])
    model = build(target, frame.body["arguments"]).eval()
    output = model(random_inputs(frame.body["batch"], frame.body["shape"], frame.body["dtype"]))
    if output.requires_grad:
        (output * torch.randn_like(output)).mean().backward()
    parameters = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    return Frame({"norms": {name: None if each.grad is None else float(each.grad.norm()) for name, each in parameters}})


def fit(target: Any, frame: Frame, channel: Channel) -> Frame:
    """Train over the channel. Training data come in, predictions go out, held-out labels stay with the controller."""
    torch.manual_seed(frame.body["recipe"]["seed"])
    return train_over(build(target, frame.body["arguments"]), frame, channel, torch.device("cpu"))


def predict(target: Any, frame: Frame, channel: Channel) -> Frame:
    """Predictions of a model that the submission trained itself."""
    return predict_over(build(target, frame.body["arguments"]), frame, channel, torch.device("cpu"))


def build(target: Any, arguments: Mapping[str, Any]) -> nn.Module:
    """The model that `target` builds, or a copy of `target`: one request's weights must not be the next one's."""
    model: nn.Module = copy.deepcopy(target) if isinstance(target, nn.Module) else target(**arguments)
    return model
