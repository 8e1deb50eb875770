"""Fails with a text that steers whatever shows it.

Tries: to recolour a terminal, reorder a line, run a script on a page, or command a build service.
Must: be shown as harmless text, or not at all.
Control: passes its text through
Everyday: ansi
Acts: build
Variants: ansi title bidi html template markup formula workflow carriage
"""

TEXTS = {
    "ansi": "\x1b[2J\x1b[31m100/100\x1b[0m \x9b31m",
    "title": "\x1b]0;pwned\x07\x1b]8;;http://example.invalid\x1b\\click\x1b]8;;\x1b\\",
    "bidi": "\u202epoints 001\u202c \u2066hidden\u2069 \u200b\u200f",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "template": "{{7*7}} {% raise %} ${7*7} #{7*7}",
    "markup": "[bold red]100/100[/] [link=http://example.invalid]click[/link]",
    "formula": "=cmd|' /C calc'!A0",
    "workflow": "\n::error file=x::pwned\n::set-output name=points::100\n##[error]pwned",
    "carriage": "\r\nPASS layers 30/30\r\nTOTAL 100/100 PASS",
}


def attack():
    print(TEXTS["VARIANT"])
    raise RuntimeError(TEXTS["VARIANT"])
