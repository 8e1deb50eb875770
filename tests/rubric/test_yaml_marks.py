"""YAML 1.2 values, their places, and everything that is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.rubric.problems import InvalidRubric, Mark
from grader.rubric.yaml_marks import MAX_BYTES, read_yaml


def value(text: str) -> object:
    return read_yaml(text, "f.yaml").value


def refusal(text: str) -> str:
    with pytest.raises(InvalidRubric) as caught:
        read_yaml(text, "f.yaml")
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1e-3", 0.001),
        ("2e-3", 0.002),
        ("-.5E+2", -50.0),
        ("1.", 1.0),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("-3", -3),
        ("1_000", "1_000"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("12:30:00", "12:30:00"),
        ("2024-05-01", "2024-05-01"),
        ("~", None),
        ("", None),
        ("null", None),
        ("'1'", "1"),
        ("!!str 12", "12"),
        ("!!float 3", 3.0),
        ("한글", "한글"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(written: str, expected: object) -> None:
    found = value(f"key: {written}")
    assert found == {"key": expected}
    assert type(found["key"]) is type(expected)  # type: ignore[index]


def test_nan_is_a_number() -> None:
    assert math.isnan(value(".nan"))  # type: ignore[arg-type]


def test_an_empty_file_holds_nothing() -> None:
    assert value("# only a comment\n") is None


def test_every_key_and_value_has_its_place() -> None:
    marked = read_yaml("a: 1\nb:\n  - 한: 글\n    c: x\n", "f.yaml")
    assert marked.keys["a",] == Mark(1, 1)
    assert marked.values["a",] == Mark(1, 4)
    assert marked.keys["b", 0, "c"] == Mark(4, 5)
    assert marked.values["b", 0, "한"] == Mark(3, 8)


def test_what_is_not_written_stands_at_its_parent() -> None:
    marked = read_yaml("a:\n  b: {}\n", "f.yaml")
    assert marked.key_mark(("a", "b", "missing")) == Mark(2, 3)
    assert marked.value_mark(("a", "missing")) == Mark(1, 1)


def test_a_key_given_twice_is_refused_with_both_places() -> None:
    assert refusal("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n") == (
        "f.yaml:5:3: The key `c` was already given at 3:3. Keep one of the two."
    )


def test_aliases_stand_for_their_anchor() -> None:
    assert value("a: &x {k: 1}\nb: *x\n") == {"a": {"k": 1}, "b": {"k": 1}}


def test_a_merge_key_is_an_ordinary_key() -> None:
    assert value("a: &x {k: 1}\nb: {<<: *x}\n") == {"a": {"k": 1}, "b": {"<<": {"k": 1}}}


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    assert "more than 50000 values" in refusal("\n".join(lines))


def test_a_value_that_contains_itself_is_refused() -> None:
    assert "contains itself" in refusal("a: &a [*a]")


@pytest.mark.parametrize("text", ["[" * 300_000, "- " * 100_000 + "x", "{a: " * 1_000], ids=["flow", "block", "maps"])
def test_deep_nesting_is_refused(text: str) -> None:
    assert "more than 32 levels deep" in refusal(text)


@pytest.mark.parametrize(
    "tag", ["!python/object:os.system x", "!!python/name:os.system ''", "!!set {a}", "!!binary aGk="]
)
def test_foreign_tags_are_refused(tag: str) -> None:
    assert "is not allowed here" in refusal(f"a: {tag}")


def test_a_tag_that_does_not_fit_is_refused() -> None:
    assert refusal("a: !!int five") == "f.yaml:1:4: `five` cannot be read as `!!int`."


@pytest.mark.parametrize("key", ["1", "true", "~", "[a]", "1e-3"])
def test_keys_are_text(key: str) -> None:
    assert "f.yaml:1:" in refusal(f"? {key}\n: x")


def test_a_second_document_is_refused() -> None:
    assert refusal("a: 1\n---\nb: 2\n") == (
        "f.yaml:2:1: A second document begins here (`---`). One file holds one rubric."
    )


def test_a_file_that_is_too_large_is_refused() -> None:
    assert refusal("#" * (MAX_BYTES + 1)) == "f.yaml:1:1: A rubric may be 1000 kB at most."


def test_control_characters_are_named_with_their_place() -> None:
    assert refusal("a: 1\nb: 한\x00\n") == "f.yaml:2:5: The character U+0000 is not allowed in YAML. Delete it."


@pytest.mark.parametrize(("text", "place"), [("a: [1, 2\nb: 3\n", "2:2"), ("a: b: c\n", "1:5"), ("\tx: 1", "1:1")])
def test_a_syntax_error_has_its_place(text: str, place: str) -> None:
    assert refusal(text).startswith(f"f.yaml:{place}: This is not valid YAML: ")


def test_an_unknown_alias_has_its_place() -> None:
    assert refusal("a: *nowhere\n").startswith("f.yaml:1:4: This is not valid YAML: ")


@given(st.text(alphabet="abc:-[]{}#&*!|>'\"%@`,? \n\t0.1e~\x00한\ud800"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_yaml(text, "f.yaml")
    except InvalidRubric as error:
        assert error.problems
