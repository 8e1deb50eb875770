"""Rubric files to rubrics. All mistakes of a file are told at once."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from pydantic import ValidationError

from grader.messages import Message
from grader.rubric.faults import faults_of, shown
from grader.rubric.models import Rubric
from grader.rubric.nested import Fault
from grader.rubric.problems import InvalidRubric, Mark, Problem
from grader.rubric.vocabulary import Vocabulary, default_vocabulary
from grader.rubric.yaml_marks import MAX_BYTES, MarkedValue, read_yaml


def load_rubric(path: pathlib.Path, vocabulary: Vocabulary | None = None) -> Rubric:
    """The rubric in the file at `path`.

    Raises:
        RubricError: the file cannot be read, or has mistakes; lists all of them as ``file:line:column: message``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidRubric([Problem(str(path), Mark(), Message("rubric.unreadable", {"reason": reason}))]) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(data) <= MAX_BYTES:  # else the cut itself may have split a character
            mark = Mark(data[: error.start].count(b"\n") + 1)
            raise InvalidRubric([Problem(str(path), mark, Message("rubric.not_utf8"))]) from error
        text = data.decode("utf-8-sig", "replace")
    return parse_rubric(text, str(path), vocabulary)


def parse_rubric(text: str, file_name: str, vocabulary: Vocabulary | None = None) -> Rubric:
    """The rubric in `text`. `file_name` is shown in messages, and its stem has to be the exercise's id.

    Raises:
        RubricError: `text` has mistakes; lists all of them as ``file:line:column: message``.
    """
    marked = read_yaml(text, file_name)
    raw = marked.value
    if not isinstance(raw, dict):
        args = {"value": shown(raw), "expected": [Message("rubric.a_mapping")]}
        raise InvalidRubric([Problem(file_name, marked.value_mark(()), Message("rubric.wrong_type", args))])
    faults = _name_faults(raw, pathlib.Path(file_name).stem)
    try:
        context = vocabulary or default_vocabulary()
        # Through JSON, because there pydantic's strict mode still takes a list for a tuple.
        rubric = Rubric.model_validate_json(json.dumps(raw), strict=True, context=context)
    except ValidationError as error:
        raise _invalid([*faults, *faults_of(error, raw, Rubric)], marked, file_name) from error
    if faults:
        raise _invalid(faults, marked, file_name)
    return rubric


def _name_faults(raw: dict[str, Any], stem: str) -> list[Fault]:
    exercise = raw.get("exercise")
    if not isinstance(exercise, str) or exercise == stem:
        return []
    return [Fault(("exercise",), Message("rubric.other_name", {"exercise": exercise, "stem": stem}))]


def _invalid(faults: list[Fault], marked: MarkedValue, file_name: str) -> InvalidRubric:
    def place(fault: Fault) -> Mark:
        return marked.key_mark(fault.path) if fault.at_key else marked.value_mark(fault.path)

    return InvalidRubric(Problem(file_name, place(fault), fault.message) for fault in faults)
