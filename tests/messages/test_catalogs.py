"""Every text exists in both languages, with the same arguments, and every text that the code names exists."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader
from grader.messages import LANGUAGES, Message, catalog

PACKAGE = Path(grader.__file__).parent
ROOMS = sorted(path.stem for path in (PACKAGE / "messages").glob("*.yaml"))
CHOICE = {
    language: f"{{{language}}}" for language in LANGUAGES
}  # the author's own text, taken by the reader's language
ENTRIES = [(room, name) for room in ROOMS for name in catalog(room)]


def fields(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


@pytest.mark.parametrize("room", ROOMS)
def test_every_entry_has_both_languages_and_the_same_arguments(room: str) -> None:
    problems = []
    for name, texts in catalog(room).items():
        if set(texts) != set(LANGUAGES) or not all(isinstance(text, str) and text.strip() for text in texts.values()):
            problems.append(f"{room}.{name}: needs a text in each of {LANGUAGES}")
        elif fields(texts["en"]) != fields(texts["ko"]) and texts != CHOICE:
            problems.append(f"{room}.{name}: en has {fields(texts['en'])}, ko has {fields(texts['ko'])}")
    assert problems == []


def named_in(path: Path) -> Iterator[tuple[str, int]]:
    """Literal ids: the first argument of Message(…), message(…) and of exceptions, e.g. ``CourseError("course.x")``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        speaks = name in ("Message", "message", "template") or name[:1].isupper()
        if speaks and isinstance(first, ast.Constant) and isinstance(first.value, str):
            room, dot, entry = first.value.partition(".")
            if dot and room in ROOMS and entry.isidentifier():
                yield first.value, node.lineno


def test_every_message_that_the_code_names_exists() -> None:
    known = {f"{room}.{name}" for room, name in ENTRIES}
    missing = [
        f"{path.relative_to(PACKAGE)}:{line}: {id}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for id, line in named_in(path)
        if id not in known
    ]
    assert missing == []


def test_messages_and_lists_inside_a_message_are_rendered_in_its_language() -> None:
    inner = [Message("reports.passed"), Message("reports.failed")]
    assert Message("reports.ran", {"places": inner}).render("ko") == "실행한 부분: 통과, 실패"
