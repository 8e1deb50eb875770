"""Small networks as students write them, and what becomes of them: captured, sent, replayed and judged in this process."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from grader.evaluator.main import serve as serve_evaluator
from grader.evaluator.replay import Replay
from grader.evidence.frames import HEADER, Array, Frame, decode, encode
from grader.evidence.graph import Graph, TensorSpec, graph_from_json, graph_to_json, spec_from_json, spec_to_json
from grader.evidence.validation import validate, validate_state
from grader.exercises import Exercise
from grader.grading.gather import Gathering
from grader.grading.options import Options
from grader.judging.checks import CHECKS
from grader.judging.checks.kind import Judgement
from grader.sandbox.fake import FakeSandbox
from grader.student.capture import capture
from grader.student.execute import execute
from grader.student.export import Exported, export
from grader.student.main import serve as serve_student
from grader.student.slicing import slice_source
from grader.student.source import Source, read_source
from grader.submissions import SubmissionFile

IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"

# Every promise about replay and judging is kept for each of these: name → (text of a class Net, one input's shape, dtype).
ZOO: dict[str, tuple[str, tuple[int, ...], str]] = {}


def net(init: str, forward: str) -> str:
    """The text of a class ``Net`` with these bodies; three lines of imports come first."""
    bodies = [textwrap.indent(textwrap.dedent(text).strip(), " " * 8) for text in (init, forward)]
    head = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    return f"{IMPORTS}\n{head}{bodies[0]}\n\n    def forward(self, x):\n{bodies[1]}\n"


def _in_zoo(name: str, shape: tuple[int, ...], init: str, forward: str, dtype: str = "float32") -> None:
    ZOO[name] = (net(init, forward), shape, dtype)


_in_zoo(
    "mlp",
    (12,),
    "self.fc1 = nn.Linear(12, 8)\nself.fc2 = nn.Linear(8, 3)",
    "return self.fc2(torch.relu(self.fc1(x)))",
)
_in_zoo(
    "cnn",
    (1, 8, 8),
    """
    self.layer1 = nn.Conv2d(1, 4, 3, padding=1)
    self.layer2 = nn.Conv2d(4, 6, 3, stride=2, padding=1)
    self.layer3 = nn.Conv2d(6, 4, 3, dilation=2, padding="same")
    self.fc = nn.Linear(64, 3)
    """,
    """
    x = F.relu(self.layer1(x))
    x = F.relu(self.layer2(x))
    x = F.relu(self.layer3(x))
    return self.fc(x.view(-1, 64))
    """,
)
_in_zoo(
    "batch_norm",
    (1, 8, 8),
    """
    self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Dropout(0.5))
    self.head = nn.Sequential(nn.Flatten(), nn.Linear(36, 6), nn.BatchNorm1d(6), nn.LeakyReLU(), nn.Linear(6, 3))
    """,
    "return self.head(self.features(x))",
)
_in_zoo(
    "lstm",
    (5, 4),
    "self.first = nn.LSTM(4, 6, batch_first=True)\nself.second = nn.LSTM(6, 5, 2, batch_first=True, bidirectional=True)\n"
    "self.fc = nn.Linear(10, 2)",
    "x, _ = self.first(x)\nx, (h, c) = self.second(x)\nreturn self.fc(x[:, -1])",
)
_in_zoo(
    "rnn",
    (5, 4),
    "self.rnn = nn.RNN(4, 6, 2, batch_first=True)\nself.fc = nn.Linear(6, 2)",
    "h0 = torch.zeros(2, x.size(0), 6)\nx, h = self.rnn(x, h0)\nreturn self.fc(x[:, -1, :])",
)
_in_zoo(
    "gru",
    (5, 4),
    "self.gru = nn.GRU(4, 6, bias=False)\nself.fc = nn.Linear(6, 2)",
    "x, h = self.gru(x.transpose(0, 1))\nreturn self.fc(h[-1])",
)
_in_zoo(
    "embedding",
    (7,),
    "self.words = nn.Embedding(10, 4)\nself.fc = nn.Linear(4, 2)",
    "return self.fc(self.words(x).mean(1))",
    "int64",
)
_in_zoo(
    "encoder",
    (5, 8),
    "self.norm = nn.LayerNorm(8)\nself.encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)\nself.fc = nn.Linear(8, 2)",
    "return self.fc(self.encoder(self.norm(x)).mean(dim=1))",
)
_in_zoo(
    "attention",
    (5, 8),
    "self.attention = nn.MultiheadAttention(8, 2, batch_first=True)\nself.fc = nn.Linear(8, 2)",
    "x, _ = self.attention(x, x, x, need_weights=False)\nreturn self.fc(x[:, 0])",
)
_in_zoo(
    "tied",
    (6,),
    "self.there = nn.Linear(6, 6, bias=False)\nself.back = nn.Linear(6, 6, bias=False)\nself.back.weight = self.there.weight",
    "return self.back(torch.tanh(self.there(x)))",
)
_in_zoo(
    "used_twice",
    (6,),
    "self.fc = nn.Linear(6, 6)\nself.scale = nn.Parameter(torch.full((6,), 0.5))",
    "return self.scale * self.fc(F.relu(self.fc(x)))",
)
_in_zoo(
    "residual",
    (4, 6, 6),
    "self.conv1 = nn.Conv2d(4, 4, 3, padding=1)\nself.conv2 = nn.Conv2d(4, 4, 3, padding=1)\nself.out = nn.Linear(4, 3)",
    """
    y = F.relu(self.conv1(x))
    x = x + self.conv2(y)
    x += y
    return self.out(F.adaptive_avg_pool2d(x, 1).flatten(1))
    """,
)
_in_zoo(
    "upsampling",
    (2, 4, 4),
    "self.down = nn.AvgPool2d(2)\nself.up = nn.ConvTranspose2d(2, 3, 2, stride=2)\nself.fc = nn.Linear(48, 3)",
    "return F.softmax(self.fc(torch.flatten(self.up(self.down(x)), 1)), dim=1)",
)


def source_of(text: str, name: str = "answer.py") -> Source:
    """`text` as a submission."""
    return read_source(text.encode(), name)


def target_of(source: Source, name: str = "Net") -> Any:
    """What the submission defines as `name`, run as the grader runs it."""
    executed = execute(slice_source(source, [name]), source)
    assert executed.error is None, executed.error
    return getattr(executed.module, name)


def model_of(text: str) -> nn.Module:
    """The network ``Net`` of `text`, built under seed 0."""
    torch.manual_seed(0)
    model: nn.Module = target_of(source_of(text))()
    return model


def inputs(shape: tuple[int, ...], dtype: str = "float32", batch: int = 4, seed: int = 0) -> torch.Tensor:
    """Random inputs that any network of the zoo takes."""
    generator = torch.Generator().manual_seed(seed)
    if dtype == "int64":
        return torch.randint(0, 10, (batch, *shape), generator=generator)
    return torch.randn(batch, *shape, generator=generator)


@dataclass
class Sent:
    """A network as the controller has it: both graphs and the state, after the wire and the gate."""

    graphs: dict[str, Graph]
    specs: dict[str, TensorSpec]
    tensors: Mapping[str, Array]

    def replay(self) -> Replay:
        """A fresh replay of it."""
        return Replay(self.graphs, self.specs, self.tensors)


def sent(exported: Exported) -> Sent:
    """`exported` after a trip over the wire and through the gate."""
    body: dict[str, Any] = {mode: graph_to_json(graph) for mode, graph in exported.graphs.items()}
    frame = over_the_wire(
        Frame(body | {"state": [spec_to_json(spec) for spec in exported.specs.values()]}, exported.tensors)
    )
    specs = {spec.key: spec for spec in map(spec_from_json, frame.body["state"])}
    graphs = {mode: graph_from_json(frame.body[mode]) for mode in ("eval", "train")}
    for graph in graphs.values():
        validate(graph, specs)
    validate_state(specs, frame.tensors)
    return Sent(graphs, specs, frame.tensors)


def over_the_wire(frame: Frame) -> Frame:
    """`frame` as the other side receives it."""
    data = encode(frame)
    split = HEADER.size + HEADER.unpack(data[: HEADER.size])[0]
    return decode(data[HEADER.size : split], data[split:])


@functools.cache
def sent_from(text: str, shape: tuple[int, ...], dtype: str = "float32") -> Sent:
    """The network ``Net`` of `text`, exported and sent. Shared between tests: nobody changes it."""
    source = source_of(text)
    torch.manual_seed(0)
    model = target_of(source)()
    return sent(export(model, inputs(shape, dtype, 2), source))


@functools.cache
def captured(
    text: str,
    shape: tuple[int, ...] = (12,),
    dtype: str = "float32",
    batches: tuple[int, ...] = (2, 1, 5),
    name: str = "Net",
) -> tuple[dict[str, Any], Mapping[str, Array]]:
    """The answer to a ``capture`` request about `name`, as the controller receives it."""
    source = source_of(text)
    request = {
        "arguments": {},
        "shape": list(shape),
        "dtype": dtype,
        "batches": list(batches),
        "seed": 0,
        "probe_seed": 0,
    }
    facts, tensors = capture(target_of(source, name), request, source)
    frame = over_the_wire(Frame(facts, tensors))
    return dict(frame.body), frame.tensors


def gathered(text: str, rubric: str, folder: Path, options: Options | None = None) -> Gathering:
    """Everything the grader gathers about `text` under `rubric`, with both children as threads."""
    (folder / "rubrics").mkdir(exist_ok=True)
    (folder / "rubrics" / "small.yaml").write_text(rubric, encoding="utf-8")
    sandbox = FakeSandbox({"student": serve_student, "evaluator": serve_evaluator})
    submission = SubmissionFile(folder / "answer.py", "answer.py", "py", text.encode())
    exercise = Exercise("small", folder)
    gathering = Gathering(
        submission, exercise, options or Options(training=False, device="cpu"), sandbox, lambda _: None
    )
    gathering.run()
    return gathering


def judged(gathering: Gathering) -> dict[str, Judgement]:
    """What every check of the rubric says, by its name."""
    checks = gathering.exercise.rubric.checks
    return {check.name: CHECKS[check.kind].judge(gathering.case, check.settings, check.name) for check in checks}
