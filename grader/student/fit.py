"""The weaker path: training a model that has no graph, here in the sandbox.

Training data come in, predictions go out, held-out labels stay with the controller. What the student's code does in
between is its own: the result is a claim, and the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from grader.evidence.frames import Channel, Frame
from grader.training.remote import predict_over, train_over


def fit(target: Any, frame: Frame, channel: Channel) -> Frame:
    """Build the model under the recipe's seed and train it over the channel."""
    torch.manual_seed(frame.body["recipe"]["seed"])
    return train_over(_model(target, frame.body["arguments"]), frame, channel, torch.device("cpu"))


def predict(target: Any, frame: Frame, channel: Channel) -> Frame:
    """Predictions of a model that the submission trained itself."""
    return predict_over(_model(target, frame.body["arguments"]), frame, channel, torch.device("cpu"))


def _model(target: Any, arguments: Mapping[str, Any]) -> nn.Module:
    model: nn.Module = target if isinstance(target, nn.Module) else target(**arguments)
    return model
