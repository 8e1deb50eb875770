"""Text that acts where it is shown, and reports that carry it in every field that a submission can choose."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import samples
from hypothesis import strategies as st

from grader.messages import Message
from grader.reports import Report
from grader.verdict import Curve, Finding, Location, Outcome, ShapeRow, Verdict

NASTY = {
    "colour": "\x1b[31mred\x1b[0m",
    "screen": "\x1b[2J\x1b[H",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "c1": "\x9b31m\x90\x9d0;t\x9c",
    "bidi": "\u202egnp.exe\u2066\u2069\u200f",
    "zero width": "a\u200bb\u200d\ufeffc\u2060\u00ad",
    "blank": "\u3164\u115f\u2800\U000e0041",
    "script": "<script>alert(1)</script>",
    "picture": "<img src=x onerror=alert(1)>",
    "svg": "<svg onload=alert(1)><![CDATA[</svg>",
    "breakout": "</span></pre></style><iframe src=//evil.example>&lt;\"'",
    "jinja": "{{ 7*7 }}{% raw %}{0.__class__}%(x)s${x}",
    "rich": "[bold red]x[/] [link=http://evil.example]y[/link] :bomb:",
    "formula": "=cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "command": "::set-output name=x::y",
    "spaced command": "\u3000 ::error file=a.py::x",
    "old command": "text ##[error]x ##vso[task.setvariable variable=a]b ##teamcity[x]",
    "lines": "a\r\n::error::x\n##[error]y\rPASS layers 30/30\u2028::stop-commands::z\u2029\x85\x0b\x0c",
    "nul": "a\0b",
    "surrogate": "\ud800 \udfff",
    "long": "A" * 20_000,
    "long lines": "::x\n" * 3000,
    "tower": "Z" + "\u0351\u0489" * 200,
    "wide": "\U0001f468\u200d\U0001f469" * 40 + "뷁" * 100,
}
_pieces = st.sampled_from(sorted(text[:300] for text in NASTY.values())) | st.text(st.characters(), max_size=12)
texts = st.lists(_pieces, max_size=4).map("".join)


def everywhere(text: str) -> Report:
    """A report with `text` in every place that a submission, its file's name or a rubric's author can reach."""
    message = Message("reports.version", {"version": text})
    nested = Message("reports.left", {"places": [text, message]})
    finding = Finding(nested, message, Location(text, 3, 2))
    plain = Finding(message, severity="note")
    row = ShapeRow(text, text, text, text, ok=False)
    curve = Curve(text, 0.9, ((1, 2.0), (2, 1.0)), ((1, 0.1), (2, 0.2)))
    verdicts = [
        Verdict(text, outcome, 0, 1, (finding, plain), shapes=(row,), curve=curve, details={text: [text, {text: text}]})
        for outcome in Outcome
    ]
    told = Verdict("told", Outcome.PASSED, 1, 1, (plain, finding), claimed=True)
    bare = Verdict(text, Outcome.TIMEOUT, 0, 1, (plain,), claimed=True)
    origin = samples.provenance(samples.DataRecord(text, "standin", text, text))
    told_of = {"ran": (text,), "left": (text,) * 3, "replay": text, "device": text, "grader": text}
    return samples.report(
        *verdicts,
        told,
        bare,
        title={"en": text, "ko": text},
        exercise=text,
        submission=text,
        findings=(finding, plain),
        flags=(finding, plain),
        outputs=({"cell": 1, "type": "html", "data": text},),
        provenance=replace(origin, **told_of),
    )


def dangerous(shown: str) -> Iterator[str]:
    """The characters that should not have left: everything hidden, and marks heaped on one letter."""
    marks = 0
    for character in shown:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and character != "\n":
            yield f"U+{ord(character):04X}"
        if marks > 3 or character in "\u115f\u1160\u3164\uffa0\u2800":
            yield f"U+{ord(character):04X}"
