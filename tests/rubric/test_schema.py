"""The JSON Schema: itself valid, and of one mind with the parser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from grader.cli.schema import command
from grader.exercises import Course, Exercise
from grader.rubric import InvalidRubric, Vocabulary, parse_rubric, rubric_schema
from grader.rubric.yaml_marks import read_yaml

HEAD = "exercise: net\ntitle: {ko: 망, en: Net}\ntarget: Net\ninput: [batch, 3]\n"
RIGHT = [
    "checks: {source: 1}",
    "checks: {source: {points: 1}}",
    "checks: {mine: {kind: training, points: 1, data: mnist, accuracy: 0.9}}",
    "checks: {training: {kind: training, points: 1, data: m, accuracy: {full: 1, standin: 1}, recipe: {seeds: [1]}}}",
    "checks: {source: {points: 1, hint: {ko: 가, en: a}}}\nlimits: {memory: 2 GB, output: 5}",
    "checks: {layers: 1, forward: 2}\nnetwork: {a: L(), forward: a}",
    "checks: {source: 1}\nrun: all\ntrained_by: submission\ncell_seconds: 5",
]
WRONG = [
    "checks: {}",
    "checks: {source: -1}",
    "checks: {source: {points: 1, extra: 2}}",
    "checks: {mine: 3}",
    "checks: {mine: {points: 3}}",
    "checks: {training: 3}",
    "checks: {source: 1}\nlimits: {memory: lots}",
    "checks: {source: 1}\ndtype: int8",
    "checks: {source: 1}\nbatches: []",
    "checks: {source: 1}\nnetwork: {a: L()}",
    "checks: {source: 1}\nunknown: 1",
]


REPOSITORY = Course(Path(__file__).parents[2])


def accepts(schema: dict[str, Any], text: str) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(read_yaml(text, "net.yaml").value))


def test_the_schema_is_valid(vocabulary: Vocabulary) -> None:
    jsonschema.Draft202012Validator.check_schema(rubric_schema(vocabulary))


@pytest.mark.parametrize("text", RIGHT)
def test_schema_and_parser_accept_the_same(vocabulary: Vocabulary, text: str) -> None:
    assert parse_rubric(HEAD + text, "net.yaml", vocabulary).checks
    assert accepts(rubric_schema(vocabulary), HEAD + text)


@pytest.mark.parametrize("text", WRONG)
def test_schema_and_parser_refuse_the_same(vocabulary: Vocabulary, text: str) -> None:
    with pytest.raises(InvalidRubric):
        parse_rubric(HEAD + text, "net.yaml", vocabulary)
    assert not accepts(rubric_schema(vocabulary), HEAD + text)


def test_the_keys_have_descriptions(vocabulary: Vocabulary) -> None:
    properties = rubric_schema(vocabulary)["properties"]
    assert [name for name, schema in properties.items() if "description" not in schema] == []


def test_the_command_prints_the_schema() -> None:
    result = CliRunner().invoke(command)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output) == rubric_schema()


@pytest.mark.parametrize("exercise", REPOSITORY.exercises(), ids=lambda exercise: str(exercise.id))
def test_every_rubric_of_the_repository_is_valid(exercise: Exercise) -> None:
    assert exercise.rubric.max_points > 0
    assert accepts(rubric_schema(), exercise.rubric_path.read_text(encoding="utf-8"))


def test_the_schema_beside_the_rubrics_is_the_one_the_command_prints() -> None:
    """Editors read the file: run `grader schema > rubrics/schema.json` after a change of the format."""
    text = (REPOSITORY.folder / "rubrics" / "schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == rubric_schema()


def test_messages_files_are_free_of_duplicate_names() -> None:
    from importlib.resources import files

    for room in ("rubric", "course", "submissions"):
        text = files("grader.messages").joinpath(f"{room}.yaml").read_text(encoding="utf-8")
        assert read_yaml(text, room).value == yaml.safe_load(text)
