"""Two lists of steps are laid side by side so that what is missing, extra or different has its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judging.alignment import Pair, align
from grader.judging.description import Step
from grader.judging.layers import parse_layer

PLAIN = (
    "ReLU()",
    "Sigmoid()",
    "LeakyReLU(0.1)",
    "LeakyReLU(0.2)",
    "Flatten()",
    "MaxPool2d(2)",
    "MaxPool2d(3)",
    "LastStep()",
)
WITH_TENSORS = ("Linear(4, 2)", "Linear(4, 3)", "Conv2d(1, 2, 3)", "RNN(4, 3)")


def step(text: str, path: str = "") -> Step:
    layer = parse_layer(text)
    tensors = {role: f"{path}.{role}" for role in layer.parameter_shapes()}
    return Step(path or text, layer.kind, layer, path, None, tensors)


@st.composite
def networks(draw: st.DrawFn) -> list[Step]:
    texts = draw(st.lists(st.sampled_from(PLAIN + WITH_TENSORS), min_size=1, max_size=9))
    return [step(text, f"layer{index}" if text in WITH_TENSORS else "") for index, text in enumerate(texts)]


def texts(steps: list[Step]) -> list[tuple[str, str]]:
    return [(item.path, item.text) for item in steps]


def assert_whole(pairs: list[Pair], found: list[Step], expected: list[Step]) -> None:
    """Nothing is lost or reordered."""
    assert [pair.found for pair in pairs if pair.found] == found
    assert [pair.expected for pair in pairs if pair.expected] == expected


@settings(deadline=None)
@given(networks())
def test_equal_networks_pair_step_by_step(steps: list[Step]) -> None:
    """The identity."""
    pairs = align(steps, steps)
    assert all(pair.is_equal and pair.found is pair.expected for pair in pairs) and len(pairs) == len(steps)


@settings(deadline=None)
@given(networks(), st.data())
def test_a_missing_step_is_found(expected: list[Step], data: st.DataObject) -> None:
    """Every other step keeps its partner; the one without is what was left out."""
    place = data.draw(st.integers(0, len(expected) - 1))
    found = expected[:place] + expected[place + 1 :]
    pairs = align(found, expected)
    assert_whole(pairs, found, expected)
    alone = [pair for pair in pairs if not pair.is_equal]
    assert len(alone) == 1 and alone[0].found is None
    assert texts([item for item in [alone[0].expected] if item]) == texts([expected[place]])


@settings(deadline=None)
@given(networks(), st.data(), st.sampled_from(PLAIN + WITH_TENSORS))
def test_an_extra_step_is_found(expected: list[Step], data: st.DataObject, text: str) -> None:
    """The step that nobody asked for is the one without a partner."""
    place = data.draw(st.integers(0, len(expected)))
    found = [*expected[:place], step(text, "extra" if text in WITH_TENSORS else ""), *expected[place:]]
    pairs = align(found, expected)
    assert_whole(pairs, found, expected)
    alone = [pair for pair in pairs if not pair.is_equal]
    assert len(alone) == 1 and alone[0].expected is None
    assert alone[0].found is not None and alone[0].found.text == str(parse_layer(text))


@settings(deadline=None)
@given(networks(), st.data(), st.sampled_from(PLAIN))
def test_a_replaced_step_costs_no_other_its_partner(expected: list[Step], data: st.DataObject, text: str) -> None:
    """All but one step of the reference are found equal."""
    place = data.draw(st.integers(0, len(expected) - 1))
    other = step(text)
    found = [*expected[:place], other, *expected[place + 1 :]]
    pairs = align(found, expected)
    assert_whole(pairs, found, expected)
    same = expected[place].text == other.text
    assert sum(pair.is_equal for pair in pairs) == len(expected) - (not same)


@settings(deadline=None)
@given(networks(), networks())
def test_any_two_networks_can_be_aligned(found: list[Step], expected: list[Step]) -> None:
    """In order, complete, and never one kind of layer in the place of something that is none."""
    pairs = align(found, expected)
    assert_whole(pairs, found, expected)
    for pair in pairs:
        if pair.found and pair.expected:
            assert bool(pair.found.tensors) == bool(pair.expected.tensors)


def test_a_wrong_layer_stands_in_the_place_of_its_name() -> None:
    """Where kinds differ, the name decides; where names differ, the kind does."""
    expected = [step("Conv2d(1, 2, 3)", "layer1"), step("ReLU()"), step("Linear(4, 2)", "fc")]
    found = [step("Linear(4, 3)", "layer1"), step("Sigmoid()"), step("Linear(4, 3)", "head")]
    assert [(pair.expected, pair.found) for pair in align(found, expected)] == list(zip(expected, found, strict=True))


def test_a_wrong_time_step_stands_in_the_place_of_the_right_one() -> None:
    """`x[:, 0]` is laid beside the last step, so that it can be named as the cause."""
    select = Step("select", "Select", None, "", None, detail="[:, 0]")
    pairs = align([step("RNN(4, 3)", "rnn"), select], [step("RNN(4, 3)", "rnn"), step("LastStep()")])
    assert [(pair.found is not None, pair.expected is not None) for pair in pairs] == [(True, True), (True, True)]
