"""The terminal report as a piece of HTML, for a notebook page."""

from __future__ import annotations

import io

from grader.messages import Language
from grader.reports.report import Report

PRE = (
    '<pre style="white-space:pre;overflow-x:auto;line-height:1.25;'
    "font-family:Menlo,Consolas,'D2Coding','Noto Sans Mono CJK KR',monospace\">{code}</pre>"
)


def render_page(report: Report, language: Language = "en", *, width: int = 100) -> str:
    """HTML with inline styles; rich escapes every character of the report that HTML would interpret."""
    from rich.console import Console

    from grader.reports.terminal import render_terminal

    console = Console(
        file=io.StringIO(), record=True, width=width, force_terminal=True, force_jupyter=False, color_system="standard"
    )
    render_terminal(report, language, console)
    return console.export_html(inline_styles=True, code_format=PRE)
