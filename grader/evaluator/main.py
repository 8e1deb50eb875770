"""The evaluator child: runs graphs, never student code.

Requests: ``load`` (graphs and state), ``initial`` (draw the default state), ``set`` (transplant tensors), ``shapes``,
``forward``, ``gradients``, ``train``. It gets inputs and training targets, never held-out labels or expected outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from grader.errors import ProtocolError
from grader.evaluator.replay import Replay
from grader.evidence.frames import Channel, Frame
from grader.evidence.graph import graph_from_json, spec_from_json


class Session:
    """One graph's life in the child."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.device = "cpu"
        self.model: Replay | None = None

    def load(self, frame: Frame) -> Frame:
        """Rebuild the model from its graphs, on the ``device`` asked for or, where it cannot be had, on the CPU: the answer
        says which. Tensors that are not sent are zero until drawn."""
        wanted = frame.body.get("device", "cpu")
        self.device = "cuda" if wanted == "cuda" and torch.cuda.is_available() else "cpu"
        specs = {spec.key: spec for spec in map(spec_from_json, frame.body["state"])}
        graphs = {mode: graph_from_json(frame.body[mode]) for mode in ("eval", "train")}
        self.model = Replay(graphs, specs, frame.tensors, self.device)
        return Frame({"device": self.device, "threads": torch.get_num_threads()})

    def initial(self, frame: Frame) -> Frame:
        """Draw the default initial state under ``seed``; ``keep`` the keys no rule covers, and say which they are."""
        from grader.evaluator.initial import draw_initial_state, perturb_norms

        undrawn = draw_initial_state(self._model(), frame.body["seed"])
        if frame.body.get("perturb_norms"):
            perturb_norms(self._model(), frame.body["seed"])
        return Frame({"undrawn": undrawn}, self._state() if frame.body.get("send") else {})

    def set(self, frame: Frame) -> Frame:
        """Replace tensors of the state."""
        for key, array in frame.tensors.items():
            self._model().set_tensor(key, torch.from_numpy(array.copy()))
        return Frame({})

    def shapes(self, frame: Frame) -> Frame:
        """The shape of every node's result, for each batch size asked for."""
        from grader.evaluator.facts import shapes

        return Frame(shapes(self._model(), frame.body))

    def forward(self, frame: Frame) -> Frame:
        """Outputs in evaluation mode for the input that is sent."""
        model = self._model().eval()
        with torch.no_grad():
            output = model(torch.from_numpy(frame.tensors["input"].copy()).to(model.device))
        return Frame({}, {"output": output.cpu().contiguous().numpy()})

    def gradients(self, frame: Frame) -> Frame:
        """Which parameters a loss over a random batch reaches."""
        from grader.evaluator.facts import gradients

        return Frame(gradients(self._model(), frame.body))

    def train(self, frame: Frame) -> Frame:
        """Train on the recipe; evaluations are sent in between and answered by whether to go on."""
        from grader.training.remote import train_over

        return train_over(self._model(), frame, self.channel, torch.device(self.device))

    def predict(self, frame: Frame) -> Frame:
        """Predictions of the state as it is, for the test inputs that are attached."""
        from grader.training.remote import predict_over

        return predict_over(self._model(), frame, self.channel, torch.device(self.device))

    def _state(self) -> dict[str, Any]:
        return {key: tensor.detach().cpu().numpy() for key, tensor in self._model().state.items()}

    def _model(self) -> Replay:
        if self.model is None:
            raise ProtocolError("sandbox.bad_frame", reason="no graph is loaded")
        return self.model


_REQUESTS = ("load", "initial", "set", "shapes", "forward", "gradients", "train", "predict")


def serve(channel: Channel) -> None:
    """Answer requests until the controller hangs up."""
    session = Session(channel)
    while True:
        try:
            frame = channel.receive()
        except EOFError:
            return
        name = frame.body["request"]
        channel.send(_answer(getattr(session, name) if name in _REQUESTS else None, frame))


def _answer(handler: Callable[[Frame], Frame] | None, frame: Frame) -> Frame:
    if handler is None:
        return Frame({"failed": "error", "type": "request", "text": str(frame.body["request"])})
    try:
        return handler(frame)
    except (MemoryError, torch.OutOfMemoryError):
        return Frame({"failed": "memory"})
    except Exception as error:
        return Frame({"failed": "error", "type": type(error).__name__, "text": str(error)[:1000]})
