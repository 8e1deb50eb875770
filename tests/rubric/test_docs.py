"""Every YAML example of docs/rubrics.md is a rubric, or a part of one."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest

from grader.rubric import parse_rubric, rubric_schema
from grader.rubric.models import Rubric
from grader.rubric.yaml_marks import read_yaml

DOCS = (Path(__file__).parents[2] / "docs" / "rubrics.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", DOCS, flags=re.MULTILINE | re.DOTALL)
OTHERWISE = {
    "exercise": "exercise: example",
    "title": "title: {ko: 예제, en: Example}",
    "target": "target: Net",
    "checks": "checks: {source: 1}",
    "input": "input: [batch, 10]",
    "network": "network: {fc: 'Linear(10, 2)', forward: fc}",
}


def whole(example: str) -> str:
    """`example` with what it leaves out for another example to show."""
    written = read_yaml(example, "example").value
    return "\n".join([*(line for key, line in OTHERWISE.items() if key not in written), example])


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_valid(example: str) -> None:
    text = whole(example)
    content = read_yaml(text, "example").value
    assert parse_rubric(text, f"{content['exercise']}.yaml").max_points > 0
    jsonschema.validate(content, rubric_schema())


def test_every_key_is_documented() -> None:
    rows = set(re.findall(r"`(\w+)`", "\n".join(line for line in DOCS.splitlines() if line.startswith("| `"))))
    assert rows >= set(Rubric.model_fields)
