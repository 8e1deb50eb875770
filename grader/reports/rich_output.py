"""What a notebook's cells showed, as HTML that is safe to put into a feedback page.

An output is data: ``{"type": "text" | "html" | "png" | "jpeg" | "svg", "data": str}``. Text is escaped; HTML is cut down to tables
and plain formatting, first by `markup`, then by nh3, which decides; pictures are checked and embedded; SVG, which is a
program in disguise, and whatever is not known are left out with a note.

Not covered: what a picture or a table *says*, which is the student's own; faults in a browser's image decoders. The page should
still forbid scripts and foreign requests (Content-Security-Policy), as a second wall.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import struct
from collections.abc import Mapping
from typing import Any

from grader.messages import Language, message
from grader.reports.markup import SPANS, TAGS, TooMuchMarkup, tame
from grader.reports.neutral import neutral, render, visible

MAX_TEXT = 20_000  # characters
MAX_LINES = 400
MAX_HTML = 200_000
MAX_PICTURE = 5_000_000  # bytes, decoded
MAX_SIDE, MAX_PIXELS = 10_000, 40_000_000  # a small file can be a picture that fills the reader's memory
# Source: ECMA-48 5.4 (control sequences), 5.6 (strings such as a terminal's title), 5.3 (the other escapes).
_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]")
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_JPEG_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # Source: ITU-T T.81, table B.1: markers without a length
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # … and those that hold height and width


def safe_html(output: Mapping[str, Any], language: Language = "en") -> str:
    """One output as an HTML fragment without scripts, styles, links, identifiers or foreign addresses."""
    kind, data = output.get("type"), output.get("data")
    if not isinstance(data, str) or kind not in ("text", "html", "png", "jpeg", "svg"):
        return _note("output_unknown", language)
    if kind == "text":
        return f"<pre>{html.escape(plain_text(data))}</pre>"
    if kind == "html":
        return _table(data, language)
    if kind == "svg":
        return _note("output_svg", language)
    return _picture(kind, data, language)


def plain_text(text: str) -> str:
    """Printed text as a terminal would have left it: no escape sequences, and lines that were drawn over are gone."""
    lines = _ANSI.sub("", text[: MAX_TEXT * 10]).replace("\r\n", "\n").split("\n")
    last = (next((part for part in reversed(line.split("\r")) if part), "") for line in lines)
    return neutral("\n".join(last), characters=MAX_TEXT, lines=MAX_LINES)


def _table(data: str, language: Language) -> str:
    import nh3

    if len(data) > MAX_HTML:
        return _note("output_too_large", language)
    try:
        tamed = visible(tame(_ANSI.sub("", data).replace("\r\n", "\n")).expandtabs(4))
    except TooMuchMarkup:
        return _note("output_too_large", language)
    cells = {"td": set(SPANS), "th": set(SPANS)}
    return nh3.clean(tamed, tags=set(TAGS), attributes=cells, link_rel=None)


def _picture(kind: str, data: str, language: Language) -> str:
    if len(data) > MAX_PICTURE * 3 // 2:
        return _note("output_too_large", language)
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
        width, height = _png_size(content) if kind == "png" else _jpeg_size(content)
    except (binascii.Error, struct.error, ValueError):
        return _note("output_broken", language)
    if len(content) > MAX_PICTURE or max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        return _note("output_too_large", language)
    alt = html.escape(render(message("reports.output_picture"), language))
    return f'<img alt="{alt}" src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'


def _png_size(content: bytes) -> tuple[int, int]:
    """Width and height. Raises ValueError or struct.error for what is no PNG."""
    if not content.startswith(_PNG):
        raise ValueError("png")
    return struct.unpack_from(">2L", content, len(_PNG))


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """The same for a JPEG: the size stands in the first frame header, behind segments of any length."""
    if not content.startswith(b"\xff\xd8\xff"):
        raise ValueError("jpeg")
    at = 2
    while at < len(content):
        start, marker = struct.unpack_from(">2B", content, at)
        if start != 0xFF:
            raise ValueError("jpeg")
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">2H", content, at + 5)
            return width, height
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _JPEG_STANDALONE:
            at += 2
        else:
            at += 2 + max(2, struct.unpack_from(">H", content, at + 2)[0])
    raise ValueError("jpeg")


def _note(id: str, language: Language) -> str:
    return f"<p><em>{html.escape(render(message(f'reports.{id}'), language))}</em></p>"
