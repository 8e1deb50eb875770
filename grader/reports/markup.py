"""Foreign HTML cut down to a small, strictly nested subset, before a real HTML parser sees it.

HTML parsers repair broken nesting by copying what was left open: 105 KB of ``<i><b a=1><p><i><b a=2><p>…`` became 156 MB and
took 5 GB of memory in a parser of good reputation (nh3 0.3.8). What leaves here is nested properly, not deep, and has no
attributes but the spans of table cells, so repairing it costs nothing. One pass; the time is linear in the text.

Not covered: faithful rendering. A ``>`` within an attribute ends the tag, and its rest is shown as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

TAGS = frozenset(
    "b blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre s samp small span strong sub "
    "sup table tbody td tfoot th thead tr u ul".split()
)
SPANS = frozenset({"colspan", "rowspan"})  # the only attributes, of td and th
_VOID = frozenset({"br", "hr"})
_WITH_CONTENT = (  # what stands in these is no text of the page
    "iframe math noembed noframes noscript object script select style svg template textarea title xmp".split()
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:[\s/\"'][^<>]*)?)>")
_SPAN = re.compile(r"(colspan|rowspan)\s*=\s*[\"']?([1-9][0-9]{0,2})\b", re.IGNORECASE)
MAX_DEPTH = 32
MAX_TAGS = 20_000


class TooMuchMarkup(ValueError):
    """More tags than anybody's table has."""


def tame(source: str) -> str:
    """`source` with tags of `TAGS` only, each closed in its place. Raises TooMuchMarkup."""
    pieces: list[str] = []
    opened: list[str] = []
    tags = 0
    for text, closing, name, rest in _tokens(source):
        pieces.append(html.escape(html.unescape(text)))
        tags += bool(name)
        if tags > MAX_TAGS:
            raise TooMuchMarkup
        if name not in TAGS:
            continue
        if closing:
            pieces += _close(name, opened)
        elif name in _VOID:
            pieces.append(f"<{name}>")
        elif len(opened) < MAX_DEPTH:
            opened.append(name)
            pieces.append(f"<{name}{_spans(rest) if name in ('td', 'th') else ''}>")
    return "".join([*pieces, *(f"</{name}>" for name in reversed(opened))])


def _tokens(source: str) -> Iterator[tuple[str, bool, str, str]]:
    """Text and the tag behind it: whether that closes, its name and the rest of it. The last has no tag."""
    folded = source.lower() if len(source.lower()) == len(source) else source  # ends of elements are found in it
    at = start = 0
    while (start := source.find("<", start)) >= 0:
        match = _TAG.match(source, start)
        if source.startswith("<!", start) or source.startswith("<?", start):
            yield source[at:start], False, "", ""
            at = start = _behind(source, "-->" if source.startswith("<!--", start) else ">", start)
        elif match is None:
            start += 1
        else:
            name = match[2].lower()
            yield source[at:start], bool(match[1]), name, match[3]
            at = start = match.end()
            if name in _WITH_CONTENT and not match[1]:
                at = start = _behind(folded, ">", _behind(folded, f"</{name}", start))
    yield source[at:], False, "", ""


def _behind(source: str, end: str, start: int) -> int:
    found = source.find(end, start)
    return len(source) if found < 0 else found + len(end)


def _close(name: str, opened: list[str]) -> Iterator[str]:
    """Close what stands open in `name`, and `name`; nothing where it is not open."""
    while name in opened:
        last = opened.pop()
        yield f"</{last}>"
        if last == name:
            return


def _spans(rest: str) -> str:
    found = {match[1].lower(): match[2] for match in _SPAN.finditer(rest)}
    return "".join(f' {name}="{value}"' for name, value in sorted(found.items()))
