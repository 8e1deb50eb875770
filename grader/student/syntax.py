"""Syntax errors in words: what Python said, the line, a caret, and a hint for the commonest causes."""

from __future__ import annotations

import re
import unicodedata

from grader.messages import Message
from grader.verdict import Finding, Location

# The first pattern that is found in "what Python said" decides; the order matters.
_BY_PROBLEM = (
    (r"inconsistent use of tabs|TabError", "tabs"),
    (r"outside function", "return_outside"),
    (r"expected an indented block", "no_body"),
    (r"unexpected indent|unindent does not match", "indent"),
    (r"Missing parentheses in call to 'print'|Missing parentheses in call to 'exec'", "print"),
    (r"invalid non-printable|invalid character", "character"),
    (r"unterminated|EOL while|EOF while scanning", "string"),
    (r"was never closed|unexpected EOF|does not match opening|unmatched", "bracket"),
    (r"expected ':'", "colon"),
    (r"Maybe you meant '==' or", "equals"),
    (r"forgot a comma", "comma"),
)
_BLANK = re.compile(r"_{3,}|(?<!\w)\?+(?!\w)|\(\s*,|,\s*,|=\s*[,)]|=\s*$|\[\s*,|□|＿{2,}")
_BLOCK = re.compile(r"^\s*(if|elif|else|for|while|def|class|try|except|finally|with)\b[^:]*$")
_QUOTES_AND_WIDE = re.compile("[\u2018\u2019\u201c\u201d\u2013\u2014\u2212\u3000\u00a0\u200b\uff01-\uff5e]")
_STRING = re.compile(r"(\"[^\"]*\"|'[^']*'|#.*)")


def describe_syntax_error(error: SyntaxError, text: str, name: str, cell: int | None) -> Finding:
    """What the student should read about `error`, which Python raised for the cell with `text`."""
    lines = text.split("\n")
    number = min(error.lineno or 1, len(lines))
    line = lines[number - 1]
    problem = str(error.msg or "invalid syntax")
    args = {
        "file": name,
        "problem": problem,
        "line": number,
        "text": line.strip(),
        "column": error.offset or 1,
        "caret": caret(line, error.offset or 1),
    }
    message = Message("source.syntax_error", args)
    hint = Message(f"source.syntax_hint_{cause(problem, lines, number)}", args)
    return Finding(message, hint, Location(name, number, cell))


def cause(problem: str, lines: list[str], number: int) -> str:
    """The likeliest cause, as the end of a hint's id; "other" when none is plain."""
    line = lines[number - 1]
    bare = _STRING.sub('""', line)
    if _BLANK.search(bare) and "Maybe you meant '=='" not in problem:
        return "blank"
    if re.search(r"return", problem) and "outside function" in problem:
        return "return_outside"
    if re.match(r"\s*print\s+[^\s(=]", line):
        return "print"
    if _QUOTES_AND_WIDE.search(bare):
        return "character"
    found = next((kind for pattern, kind in _BY_PROBLEM if re.search(pattern, problem)), None)
    if found:
        return found
    if _BLOCK.match(bare.rstrip()):
        return "colon"
    if _opens_more(lines[max(0, number - 4) : number - 1]):
        return "bracket"
    return "other"


def caret(line: str, offset: int) -> str:
    """Spaces and a ``^`` to put under the stripped line; a Hangul syllable takes two columns."""
    indent = len(line) - len(line.lstrip())
    before = line[indent : max(indent, offset - 1)]
    return " " * sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in before) + "^"


def _opens_more(lines: list[str]) -> bool:
    """Whether the lines just before the error leave a bracket open."""
    bare = _STRING.sub('""', "\n".join(lines))
    return sum(map(bare.count, "([{")) > sum(map(bare.count, ")]}"))
