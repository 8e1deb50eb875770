"""Nothing that a submission says can act on a terminal, hide, or pass for something else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.messages import Message
from grader.reports.neutral import neutral, one_line, render

any_text = st.text(st.characters(), max_size=60)  # lone surrogates and unassigned code points included


@given(any_text)
def test_no_control_character_is_left_but_newline(text: str) -> None:
    shown = neutral(text)
    assert all(unicodedata.category(character)[0] != "C" for character in shown.replace("\n", ""))
    shown.encode("utf-8")


@given(any_text)
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@given(any_text)
def test_neutral_text_stays_as_it_is(text: str) -> None:
    assert neutral(neutral(text)) == neutral(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb", "a\\x0db"),
        ("a\r\nb", "a\nb"),
        ("\x9b2J", "\\x9b2J"),
        ("ab\u202ecd", "ab\\u202ecd"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\u3164", "\\u3164"),
        ("\u2028", "\\u2028"),
        ("\ta", "    a"),
        ("한글 🙂 é", "한글 🙂 é"),
        (unicodedata.normalize("NFD", "답안.py"), "답안.py"),
    ],
)
def test_what_is_hidden_becomes_visible_and_the_rest_is_left_alone(text: str, shown: str) -> None:
    assert neutral(text) == shown


def test_a_stack_of_combining_marks_does_not_reach_other_lines() -> None:
    shown = neutral("a" + "\u0336" * 50)
    assert sum(unicodedata.category(character) == "Mn" for character in shown) <= 3


def test_long_text_is_cut_and_says_so() -> None:
    assert len(neutral("x" * 10**6)) == 1500 and neutral("x" * 10**6).endswith("…")
    assert neutral("x\n" * 100, lines=5).split("\n") == ["x"] * 4 + ["…"]
    assert one_line("a\nb" * 500, characters=20).endswith("…")


def test_a_message_with_a_bug_shows_its_id() -> None:
    assert "reports.version" in render(Message("reports.version"), "en")
    assert "nowhere.at_all" in render(Message("nowhere.at_all", {"x": "\x1b"}), "ko")
    assert "\x1b" not in render(Message("nowhere.at_all", {"x": "\x1b"}), "ko")
