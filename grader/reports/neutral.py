r"""Student text made harmless before anyone looks at it.

A submission chooses names, paths and messages, and a report shows them. Whatever a terminal or a reader could mistake for
something else becomes a visible escape: control characters (``\x1b``), characters that reorder or hide text (``\u202e``,
zero-width ones, Hangul fillers), lone surrogates, unassigned code points and stacks of combining marks. Markup is
never interpreted, because renderers build `rich.text.Text` and never markup strings.

Not covered: characters that merely look like others (Latin a, Cyrillic а).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from grader.messages import Language, Message

HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and a pattern that show nothing
MAX_MARKS = 3  # combining marks on one character; scripts in use need no more
CUT = "…"
FORMAT_ERRORS = (KeyError, IndexError, ValueError, TypeError, AttributeError, OSError)


def neutral(text: str, *, characters: int = 1500, lines: int = 16) -> str:
    """`text` with nothing hidden in it, cut to so many characters and lines. The only control character left is newline."""
    shown = unicodedata.normalize("NFC", text[: characters * 4]).expandtabs(4).replace("\r\n", "\n")
    rows = visible(shown).split("\n")
    if len(rows) > lines:
        rows = [*rows[: lines - 1], CUT]
    result = "\n".join(rows)
    return result if len(result) <= characters else result[: characters - 1] + CUT


def one_line(text: str, *, characters: int = 200) -> str:
    """`neutral` for a place that holds one line: line breaks become visible too."""
    return neutral(text.replace("\n", "\\n"), characters=characters, lines=1)


def render(message: Message, language: Language) -> str:
    """The neutral text of `message`. A message that cannot be rendered shows its id: a report never fails over one text."""
    try:
        text = message.render(language)
    except FORMAT_ERRORS:
        text = f"{message.id} {dict(message.args)!r}"
    return neutral(text)


def escape(character: str) -> str:
    r"""One character as Python writes it in source, e.g. ``\x1b``."""
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str, written: Callable[[str], str] = escape) -> str:
    """`text`, uncut, with each hidden character as it is `written` in some format. Newlines stay."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    shown, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        hidden = category in HIDDEN_CATEGORIES or character in BLANK_LETTERS or marks > MAX_MARKS
        shown.append(written(character) if hidden and character != "\n" else character)
    return "".join(shown)
