"""The JSON report: documented, readable by any JSON parser, and it comes back as it went."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from grader.messages import Message
from grader.reports import DataRecord, IsolationRecord, Provenance, Report
from grader.reports.json_reading import from_json
from grader.reports.json_report import to_json
from grader.reports.json_schema import SCHEMA, VERDICT
from grader.verdict import Curve, Finding, Location, Outcome, ShapeRow, Verdict

DOCUMENT = Path(__file__).parents[2] / "docs" / "report-json.md"

words = st.text(max_size=8).filter(lambda text: text not in ("nan", "inf", "-inf"))
finite = st.floats(allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
arguments = st.dictionaries(words, values, max_size=3)
messages = st.builds(Message, words, arguments)
count = st.integers(0, 10**6)
places = st.builds(Location, words, st.none() | count, st.none() | count)
severities = st.sampled_from(["error", "warning", "note"])
findings = st.builds(Finding, messages, st.none() | messages, st.none() | places, severities)
steps = st.lists(st.tuples(count, finite), max_size=3).map(tuple)
curves = st.builds(Curve, words, finite, steps, steps, st.booleans())
shapes = st.builds(ShapeRow, words, words, st.none() | words, st.none() | words, st.booleans())


def several(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=2).map(tuple)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    outcome = draw(st.sampled_from(Outcome))
    points = 0.0 if outcome is Outcome.UNGRADED else draw(finite)
    told = {"findings": draw(several(findings)), "shapes": draw(several(shapes)), "curve": draw(st.none() | curves)}
    flags = {"claimed": draw(st.booleans()), "provisional": draw(st.booleans())}
    return Verdict(
        draw(words), outcome, points, draw(finite), wall_seconds=draw(finite), details=draw(arguments), **told, **flags
    )


reports = st.builds(
    Report,
    words,
    st.dictionaries(words, words, max_size=2),
    words,
    several(verdicts()),
    st.builds(
        Provenance,
        *[words] * 5,
        count,
        several(st.integers()),
        st.none() | st.builds(DataRecord, words, words, words, words),
        st.none() | st.builds(IsolationRecord, words, several(messages)),
        *[words] * 3,
        finite,
        several(words),
        several(words),
        words,
        st.none() | count,
    ),
    several(findings),
    st.booleans(),
    several(findings),
)


@given(reports)
def test_what_was_written_comes_back_equal(report: Report) -> None:
    text = to_json(report, "ko")
    assert from_json(text) == report
    jsonschema.validate(json.loads(text), SCHEMA)


@given(reports)
def test_the_text_holds_nothing_that_a_terminal_obeys(report: Report) -> None:
    text = to_json(report)
    assert text.replace("\n", "").isprintable()
    assert text.encode("utf-8")


@pytest.mark.parametrize("make", samples.ALL)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_samples_fit_the_schema_and_survive_a_second_round(make: Any, language: Any) -> None:
    text = to_json(make(), language)
    jsonschema.validate(json.loads(text, parse_constant=pytest.fail), SCHEMA)
    assert to_json(from_json(text), language) == text


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_numbers_that_json_lacks_have_names_and_are_read_as_numbers() -> None:
    text = to_json(samples.diverged())
    value = json.loads(text)
    assert value["verdicts"][0]["curve"]["losses"] == [[1, 2.3], [101, "inf"], [201, "nan"]]
    assert value["verdicts"][0]["details"] == {"last": "nan"}
    verdict = from_json(text).verdicts[0]
    assert verdict.curve is not None and math.isnan(verdict.curve.losses[2][1])
    assert math.isnan(verdict.details["last"])  # type: ignore[arg-type]


def test_an_ungraded_check_has_no_points_rather_than_zero() -> None:
    value = json.loads(to_json(samples.ungraded()))
    assert [verdict["points"] for verdict in value["verdicts"]] == [40, None]
    assert (value["points"], value["points_so_far"], value["ungraded_points"], value["max_points"]) == (
        None,
        40,
        60,
        100,
    )


def test_findings_carry_id_text_and_place() -> None:
    value = json.loads(to_json(samples.failed_layers(), "ko"))
    finding = value["verdicts"][0]["findings"][0]
    assert (finding["message"], finding["file"], finding["line"]) == ("reports.version", "answer.py", 17)
    assert "`layer3` takes 32 channels" in finding["text"]
    assert "64" in finding["hint"]["text"]
    assert value["provenance"]["claimed_checks"] == ["layers"]
    assert value["provenance"]["replay_command"].startswith("grader check")


def test_numpy_arguments_and_nested_messages_become_plain_values() -> None:
    numpy = pytest.importorskip("numpy")
    inner = Message("reports.passed")
    args = {
        "scalar": numpy.float32(0.5),
        "array": numpy.arange(3),
        "message": inner,
        "path": Path("a.py"),
        "outcome": Outcome.FAILED,
    }
    finding = Finding(Message("reports.version", {"version": "1", **args}))
    value = json.loads(to_json(samples.report(findings=(finding,)), "ko"))["findings"][0]["args"]
    assert (
        value["scalar"] == 0.5
        and value["array"] == [0, 1, 2]
        and value["path"] == "a.py"
        and value["outcome"] == "failed"
    )
    assert value["message"] == {"message": "reports.passed", "args": {}, "text": "통과"}


def test_a_message_that_cannot_be_rendered_does_not_lose_the_report() -> None:
    finding = Finding(Message("reports.version"))
    assert json.loads(to_json(samples.report(findings=(finding,))))["findings"][0]["text"] == "reports.version"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "grader-report", "version": 99}', "null"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def test_the_document_names_every_field_and_its_example_is_valid() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", document, re.DOTALL)
    assert example is not None
    jsonschema.validate(json.loads(example[1]), VERDICT)
    fields = {*SCHEMA["properties"], *VERDICT["properties"], *SCHEMA["properties"]["provenance"]["properties"]}
    assert not [field for field in fields if f"`{field}`" not in document]
