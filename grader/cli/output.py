"""Where a report goes: the screen, a pipe, a JSON file; and the progress line before it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from grader.errors import UsageError
from grader.messages import Language
from grader.reports import Report
from grader.reports.progress import StatusLine

STDOUT = Path("-")
BUILD_SERVERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")  # each is set in its server's jobs


class Output:
    """Chooses between terminal, plain and JSON for one command. Only a report is ever written to stdout."""

    def __init__(self, language: Language, *, plain: bool = False, json_file: Path | None = None) -> None:
        self.language = language
        # Wrapped lines could begin with a command to the server; only the plain report is written for logs.
        self.plain = plain or not sys.stdout.isatty() or any(os.environ.get(name) for name in BUILD_SERVERS)
        self.json_file = json_file
        self._quiet = plain or not sys.stderr.isatty()
        for stream in (sys.stdout, sys.stderr):
            _never_fail_to_encode(stream)

    def progress(self) -> StatusLine | None:
        """A status line on stderr, if a person is looking at it."""
        if self._quiet:
            return None
        width = shutil.get_terminal_size().columns - 1
        return StatusLine(sys.stderr, self.language, width=width)

    def write(self, report: Report) -> None:
        """Show the report, and write its JSON where it was asked for.

        Raises:
            UsageError: the JSON file cannot be written.
        """
        if self.json_file == STDOUT:
            sys.stdout.write(_json(report, self.language))
            return
        self._show(report)
        if self.json_file is not None:
            try:
                self.json_file.write_text(_json(report, self.language), encoding="utf-8")
            except OSError as error:
                raise UsageError("cli.cannot_write", file=str(self.json_file), reason=error.strerror) from error

    def _show(self, report: Report) -> None:
        if self.plain:
            from grader.reports.plain import render_plain

            sys.stdout.write(render_plain(report, self.language))
            return
        from rich.console import Console

        from grader.reports.terminal import render_terminal

        render_terminal(report, self.language, Console(file=sys.stdout))


def _json(report: Report, language: Language) -> str:
    from grader.reports.json_report import to_json

    return to_json(report, language)


def _never_fail_to_encode(stream: TextIO) -> None:
    """A stream in an old encoding (cp949, ASCII) shows what it lacks as an escape instead of raising."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
