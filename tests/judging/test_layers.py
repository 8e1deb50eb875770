"""A layer is its constructor call: read, completed, compared and written as a person would."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from grader.judging.layers import KINDS, REQUIRED, Layer, differences, layer_text, make_layer, parse_layer

EXAMPLES = [
    "Conv1d(2, 3, 5, stride=2)",
    "Conv2d(1, 32, 3, padding=1)",
    "Conv2d(4, 6, (3, 5), stride=(2, 1), padding=(1, 2), dilation=2, groups=2, bias=False)",
    "Conv2d(1, 2, 4, padding='same')",
    "Linear(6272, 512)",
    "Linear(4, 2, bias=False)",
    "RNN(6, 32, num_layers=2, batch_first=True)",
    "RNN(6, 32, nonlinearity='relu', bidirectional=True)",
    "LSTM(6, 5, num_layers=2, dropout=0.2, bidirectional=True)",
    "GRU(3, 4, num_layers=3, bias=False)",
    "BatchNorm1d(6)",
    "BatchNorm2d(6, eps=0.001, momentum=0.2)",
    "LayerNorm(8)",
    "LayerNorm((8, 8))",
    "LayerNorm((4, 8), eps=0.001)",
    "Embedding(10, 4)",
    "MaxPool2d(2)",
    "MaxPool2d(3, stride=2, padding=1)",
    "AvgPool2d((2, 3))",
    "AdaptiveAvgPool2d((1, 2))",
    "AdaptiveAvgPool2d(1)",
    "Dropout()",
    "Dropout(p=0.2)",
    "Dropout2d(p=0.1)",
    "ReLU()",
    "Sigmoid()",
    "Tanh()",
    "GELU()",
    "SiLU()",
    "LeakyReLU(negative_slope=0.2)",
    "Softmax(dim=1)",
    "LogSoftmax()",
    "Flatten()",
    "LastStep()",
]  # fmt: skip


def test_there_is_an_example_of_every_kind() -> None:
    """What the tests below promise, they promise for every kind of layer."""
    assert {parse_layer(text).kind for text in EXAMPLES} == KINDS.keys()


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_layer_is_written_as_it_was_read(text: str) -> None:
    """Shortest form: defaults left out, equal sizes as one number."""
    assert layer_text(parse_layer(text)) == text
    assert str(parse_layer(f" nn.{text} ")) == text


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_argument_may_be_written_by_name(text: str) -> None:
    """Positional, by keyword, defaults spelled out: one layer."""
    layer = parse_layer(text)
    keywords = ", ".join(f"{name}={value!r}" for name, value in layer.arguments.items())
    assert parse_layer(f"{layer.kind}({keywords})") == layer
    assert parse_layer(f"{layer.kind}({', '.join(map(repr, layer.arguments.values()))})") == layer


@pytest.mark.parametrize("text", [text for text in EXAMPLES if "LastStep" not in text])
def test_parameters_are_pytorchs(text: str) -> None:
    """Names, order and shapes of the parameters are those of the real module."""
    layer = parse_layer(text)
    module = _real(layer)
    shapes = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
    assert layer.parameter_shapes() == shapes and [*layer.parameter_shapes()] == [*shapes]
    assert layer.parameter_count == sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("text", [text for text in EXAMPLES if "LastStep" not in text])
def test_defaults_are_pytorchs(text: str) -> None:
    """A layer described by the attributes of the real module is the layer that was written."""
    layer = parse_layer(text)
    module = _real(layer)
    given = {name: getattr(module, name) for name in KINDS[layer.kind] if hasattr(module, name)}
    if "bias" in given:
        given["bias"] = any(name.startswith("bias") for name, _ in module.named_parameters())
    assert make_layer(layer.kind, given) == layer


def _real(layer: Layer) -> nn.Module:
    """The module that PyTorch builds of the same arguments in the same order."""
    module: nn.Module = getattr(nn, layer.kind)(*layer.arguments.values())
    return module


sizes = st.integers(1, 9)


@settings(deadline=None)
@given(
    sizes,
    sizes,
    st.lists(sizes, min_size=2, max_size=2).map(tuple),
    st.lists(sizes, min_size=2, max_size=2),
    st.booleans(),
)
def test_numbers_lists_and_tuples_mean_the_same(
    a: int, b: int, kernel: tuple[int, int], stride: list[int], bias: bool
) -> None:
    """A graph sends lists, a module holds tuples, a person writes numbers."""
    layer = make_layer(
        "Conv2d", {"in_channels": a, "out_channels": b, "kernel_size": kernel, "stride": stride, "bias": bias}
    )
    assert layer.arguments["stride"] == tuple(stride)
    assert parse_layer(layer_text(layer)) == layer
    assert make_layer("Conv2d", {**layer.arguments, "stride": list(layer.arguments["stride"])}) == layer
    assert make_layer("MaxPool2d", {"kernel_size": a}) == make_layer(
        "MaxPool2d", {"kernel_size": [a, a], "stride": [a]}
    )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Conv2d(1, 2, 3, padding='same')", "Conv2d(1, 2, 3, padding=1)"),
        ("Conv2d(1, 2, (3, 5), padding='same')", "Conv2d(1, 2, (3, 5), padding=(1, 2))"),
        ("Conv2d(1, 2, 3, padding='same', dilation=2)", "Conv2d(1, 2, 3, padding=2, dilation=2)"),
        ("Conv2d(1, 2, 3, padding='valid')", "Conv2d(1, 2, 3)"),
        ("Conv1d(1, 2, 5, padding='same')", "Conv1d(1, 2, 5, padding=2)"),
        ("MaxPool2d(2, 2)", "MaxPool2d(2)"),
    ],
)
def test_two_ways_of_writing_one_layer_are_equal(text: str, same: str) -> None:
    """Padding in words and in numbers; a stride that is the default."""
    assert parse_layer(text) == parse_layer(same)


def test_differences_name_the_argument_and_both_values() -> None:
    """One entry for each argument that differs, in the words of the constructor."""
    found, expected = parse_layer("Conv2d(1, 64, 3, stride=2)"), parse_layer("Conv2d(1, 32, (3, 5))")
    assert differences(found, expected) == [
        ("out_channels", "64", "32"),
        ("kernel_size", "3", "(3, 5)"),
        ("stride", "2", "1"),
    ]
    assert differences(found, found) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Linear", "not a constructor call"),
        ("Linear(4", "not a constructor call"),
        ("", "not a constructor call"),
        ("Linar(4, 2)", "unknown layer Linar"),
        ("Linear(4)", "needs out_features"),
        ("Linear(4, 2, True, 5)", "takes 3 arguments, not 4"),
        ("Linear(4, 2, in_features=4)", "twice"),
        ("Linear(4, n)", "plain numbers"),
        ("Linear(4, 2 + 1)", "plain numbers"),
        ("Linear(*[4, 2])", "plain numbers"),
        ("Linear(4, 2, **{})", "no argument"),
        ("Linear({[]: 1}, 2)", "plain numbers"),
        ("Linear(4, 2, biass=False)", "no argument biass"),
        ("Linear(4, 2.5)", "out_features of Linear cannot be 2.5"),
        ("Linear(0, 2)", "in_features of Linear cannot be 0"),
        ("Linear(4, True)", "out_features of Linear cannot be True"),
        ("Linear(4, 2, bias=1)", "bias of Linear cannot be 1"),
        ("Conv2d(1, 2, (3, 3, 3))", "kernel_size of Conv2d"),
        ("Conv2d(1, 2, 3, padding=-1)", "padding of Conv2d cannot be"),
        ("Conv2d(1, 2, 3, padding='full')", "padding of Conv2d cannot be 'full'"),
        ("MaxPool2d(2, padding='same')", "padding of MaxPool2d"),
        ("Conv2d(4, 6, 3, groups=0)", "groups of Conv2d cannot be 0"),
        ("Conv2d(4, 6, 3, groups=4)", "must divide"),
        ("RNN(4, 3, nonlinearity='sigmoid')", "nonlinearity of RNN cannot be 'sigmoid'"),
        ("Dropout('half')", "p of Dropout cannot be 'half'"),
    ],
)
def test_what_is_no_layer_is_refused_in_words(text: str, part: str) -> None:
    """ValueError, and the reason names what is wrong: an author reads it beside the line of the rubric."""
    with pytest.raises(ValueError, match=r".") as refused:
        parse_layer(text)
    assert part in str(refused.value)


arguments = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.lists(st.integers(-3, 9), max_size=3)
)


@settings(deadline=None)
@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_claimed_arguments_make_a_layer_or_are_refused(data: st.DataObject, kind: str) -> None:
    """Whatever a module says of itself, it becomes a layer that can be printed and compared, or ValueError or TypeError."""
    required = [name for name, default in KINDS[kind].items() if default is REQUIRED]
    names = st.sampled_from(sorted(KINDS[kind])) if KINDS[kind] else st.nothing()
    given_: dict[str, Any] = data.draw(st.dictionaries(names, arguments) if KINDS[kind] else st.just({}))
    given_ |= {name: data.draw(arguments) for name in required}
    try:
        layer = make_layer(kind, given_)
    except (ValueError, TypeError):
        return
    assert str(layer) and differences(layer, layer) == []
