"""A described network computes what PyTorch's modules compute, and is read back from its graph as it was described."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import inputs
from torch import Tensor, nn

from grader.evaluator.facts import shapes
from grader.evaluator.initial import draw_initial_state, perturb_norms
from grader.evaluator.replay import Replay
from grader.evidence.validation import validate
from grader.judging.description import describe
from grader.judging.layers import KINDS, parse_layer
from grader.judging.network import FUNCTIONS, Network, compile_network, parse_network, state_specs

# Layers, forward, one input's shape, dtype. Together they use every kind there is.
DESCRIBED: dict[str, tuple[dict[str, str], str, tuple[int, ...], str]] = {
    "mlp": ({"a": "Linear(12, 8)", "b": "Linear(8, 3, bias=False)"}, "a > relu > b > log_softmax", (12,), "float32"),
    "activations": (
        {"a": "Linear(6, 6)", "leaky": "LeakyReLU(0.2)"},
        "a > sigmoid > tanh > a > gelu > silu > leaky > leaky_relu(0.3) > softmax(1) > log_softmax(-1)",
        (6,),
        "float32",
    ),
    "cnn": (
        {"layer1": "Conv2d(1, 4, 3, padding=1)", "layer2": "Conv2d(4, 8, (3, 1), stride=2, groups=2)", "fc": "Linear(72, 3)"},
        "layer1 > relu > max_pool2d(2) > layer2 > flatten > fc",
        (1, 16, 12),
        "float32",
    ),
    "norms": (
        {
            "layer1.0": "Conv2d(2, 4, 4, padding='same')",
            "layer1.1": "BatchNorm2d(4, momentum=0.2)",
            "drop": "Dropout2d(0.3)",
            "fc": "Linear(4, 6)",
            "norm": "BatchNorm1d(6, eps=1e-3)",
            "last": "LayerNorm(6)",
        },
        "layer1.0 > layer1.1 > relu > avg_pool2d(2, stride=1, padding=1) > drop > adaptive_avg_pool2d(1) > flatten > fc > "
        "norm > dropout(0.2) > last",
        (2, 6, 6),
        "float32",
    ),
    "conv1d": ({"a": "Conv1d(2, 3, 5, padding=2, dilation=2, bias=False)", "b": "Linear(15, 2)"}, "a > flatten > b", (2, 9), "float32"),
    "rnn": ({"rnn": "RNN(4, 6, num_layers=2, batch_first=True)", "fc": "Linear(6, 1)"}, "rnn > last_step > fc", (5, 4), "float32"),
    "relu rnn": (
        {"rnn": "RNN(4, 6, nonlinearity='relu', bias=False, batch_first=True)", "fc": "Linear(6, 1)"},
        "rnn > last_step > fc", (5, 4), "float32",
    ),
    "lstm": (
        {"lstm": "LSTM(4, 6, num_layers=2, bidirectional=True, batch_first=True, dropout=0.1)", "fc": "Linear(12, 1)"},
        "lstm > last_step > fc", (5, 4), "float32",
    ),
    "gru": (
        {"words": "Embedding(10, 4)", "gru": "GRU(4, 6, batch_first=True)", "fc": "Linear(6, 2)"},
        "words > gru > last_step > fc", (7,), "int64",
    ),
    "modules": (
        {"r": "ReLU()", "s": "Sigmoid()", "t": "Tanh()", "g": "GELU()", "u": "SiLU()", "p": "MaxPool2d(2)", "q": "AvgPool2d(3, stride=2)",
         "d": "Dropout()", "f": "Flatten()", "x": "Softmax(dim=-1)", "y": "LogSoftmax(dim=1)", "z": "AdaptiveAvgPool2d((2, 1))"},
        "p > r > s > t > g > u > q > z > d > f > x > y", (3, 16, 16), "float32",
    ),
}  # fmt: skip
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
NAMES = pytest.mark.parametrize("name", DESCRIBED)


def network_of(name: str) -> Network:
    layers, forward, *_ = DESCRIBED[name]
    return parse_network(layers, forward)


def replay_of(network: Network) -> Replay:
    graphs, specs = compile_network(network)
    for graph in graphs.values():
        validate(graph, specs)
    replay = Replay(graphs, specs, {})
    assert draw_initial_state(replay, 0) == []
    perturb_norms(replay, 0)
    return replay


class Modules(nn.Module):
    """The same network of PyTorch's modules."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.chain = network.chain
        self.kept = nn.ModuleDict({name.replace(".", "_"): _module(layer) for name, layer in network.layers.items()})

    def forward(self, x: Tensor) -> Tensor:
        for step in self.chain:
            module = (
                self.kept[step.name.replace(".", "_")] if step.is_named else _module(step.layer).train(self.training)
            )
            result: Any = module(x)
            x = result[0] if isinstance(result, tuple) else result
        return x

    def copy_from(self, replay: Replay) -> None:
        for key, value in replay.state.items():
            path, _, name = key.rpartition(".")
            with torch.no_grad():
                getattr(self.kept[path.replace(".", "_")], name).copy_(value)


class LastStep(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[:, -1]


def _module(layer: Any) -> nn.Module:
    if layer.kind == "LastStep":
        return LastStep()
    module: nn.Module = getattr(nn, layer.kind)(**layer.arguments)
    return module


def test_every_kind_of_layer_is_described_below() -> None:
    """What the tests promise, they promise for every kind and for every function of a chain."""
    kinds = {step.layer.kind for name in DESCRIBED for step in network_of(name).chain}
    functions = {step.name for name in DESCRIBED for step in network_of(name).chain if not step.is_named}
    assert kinds == KINDS.keys()
    assert set(FUNCTIONS) - functions == {"dropout2d"}


@NAMES
def test_the_graph_computes_what_the_modules_compute(name: str) -> None:
    """Bit for bit in evaluation mode; in training mode under the same seed, running statistics included."""
    network = network_of(name)
    _, _, shape, dtype = DESCRIBED[name]
    replay, modules = replay_of(network), Modules(network)
    modules.copy_from(replay)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for mode in (False, True, False):
            outputs = []
            for model in (modules, replay):
                torch.manual_seed(3)
                outputs.append(model.train(mode)(inputs(shape, dtype)))
            assert torch.equal(*outputs)
    finally:
        torch.set_num_threads(before)


@NAMES
def test_the_layers_are_read_back_from_the_graph(name: str) -> None:
    """`describe` of the compiled graph is the chain that was described: kinds, arguments, names and tensors."""
    network = network_of(name)
    _, _, shape, dtype = DESCRIBED[name]
    replay = replay_of(network)
    batches = [2, 5]
    facts = shapes(replay, {"batches": batches, "shape": shape, "dtype": dtype, "seed": 0})
    rows = [{**row, "$batch": [batch]} for row, batch in zip(facts["shapes"], batches, strict=True)]
    steps = describe(replay.graphs["eval"], replay.specs, rows, shape)
    found = [(step.path, step.text) for step in steps]
    expected = [(step.name if step.is_named else "", str(step.layer)) for step in network.chain]
    for (path, text), (name_, wanted), chain in zip(found, expected, network.chain, strict=True):
        # One operator stands for both: without a class name, BatchNorm1d reads as BatchNorm2d; a dim that is the last one, as -1.
        same = {wanted, wanted.replace("1d", "2d") if "BatchNorm" in wanted else wanted}
        assert path == name_ and (text in same or chain.layer.kind in ("Softmax", "LogSoftmax"))
    owners = {key for step in steps for key in step.tensors.values()}
    assert owners == state_specs(network).keys()


def test_the_state_is_that_of_the_modules() -> None:
    """Keys, shapes and what is trainable, in the rubric's order."""
    network = network_of("norms")
    specs = state_specs(network)
    theirs = {key.replace("layer1_", "layer1."): value for key, value in Modules(network).kept.state_dict().items()}
    assert {key: spec.shape for key, spec in specs.items()} == {
        key: tuple(value.shape) for key, value in theirs.items() if "tracked" not in key
    }
    assert {key for key, spec in specs.items() if not spec.trainable} == {key for key in specs if "running" in key}
    assert network.parameter_count == sum(parameter.numel() for parameter in Modules(network).parameters())


@pytest.mark.parametrize(
    ("layers", "forward", "part"),
    [
        ({"a": "Linear(4, 2)"}, "b", "forward uses b"),
        ({"layer1": "Linear(4, 2)"}, "layr1", "did you mean layer1?"),
        ({"a": "Linear(4, 2)"}, "a > rellu", "did you mean relu?"),
        ({"a": "Linear(4, 2)", "b": "Linear(2, 2)"}, "a > relu", "never uses b"),
        ({"a": "Linear(4, 2)"}, "a > > relu", "empty step"),
        ({"a": "Linear(4, 2)"}, "", "empty step"),
        ({"a": "Linear(4)"}, "a", "needs out_features"),
        ({"a": "Linear(4, 2)"}, "a > max_pool2d", "needs kernel_size"),
        ({"a": "Linear(4, 2)"}, "a > max_pool2d(2", "not a constructor call"),
        ({"a": "Linear(4, 2)"}, "a > relu(inplace=True)", "no argument inplace"),
        ({"a": "Linear(4, 2)"}, "a(3)", "forward uses a(3)"),
        ({"a": "__import__('os')"}, "a", "__import__"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(layers: dict[str, str], forward: str, part: str) -> None:
    """ValueError with a reason that an author can act on."""
    with pytest.raises(ValueError, match=r".") as refused:
        parse_network(layers, forward)
    assert part in str(refused.value)


@settings(deadline=None)
@given(st.text(alphabet="a>b(relu)1, =2flten_.'", max_size=30), st.text(alphabet="Linear(4, 2)=b'None[]*", max_size=20))
def test_any_text_is_a_network_or_a_reason(forward: str, layer: str) -> None:
    """Nothing but ValueError leaves the parser."""
    try:
        parse_network({"a": layer, "b": "Linear(4, 2)"}, forward)
        parse_layer(layer)
    except ValueError as refused:
        assert str(refused)


def test_a_layer_may_be_used_twice() -> None:
    """Its tensors are one state."""
    network = parse_network({"a": "Linear(4, 4)"}, "a > relu > a")
    graphs, specs = compile_network(network)
    assert specs.keys() == {"a.weight", "a.bias"} and len(graphs["eval"].placeholders) == 2
    replay = replay_of(network)
    fc = nn.Linear(4, 4)
    with torch.no_grad():
        fc.weight.copy_(replay.state["a.weight"])
        fc.bias.copy_(replay.state["a.bias"])
    x = inputs((4,))
    torch.testing.assert_close(replay.eval()(x), fc(torch.relu(fc(x))))
