"""Student text for formats in which some text is a command: spreadsheets and the logs of build servers.

Not covered: a spreadsheet that was told to run macros; quoting of separators, which is the CSV writer's work; build servers
whose commands look otherwise than those of GitHub, Azure and TeamCity.
"""

from __future__ import annotations

import re

from grader.reports.neutral import neutral, one_line

# Source: OWASP, "CSV Injection". Full-width forms begin a formula in East Asian editions of Excel.
_FORMULA = re.compile(r"[\s'\"]*[=+\-@|%＝＋－＠]")
# GitHub and Azure find these anywhere in a line. Source: actions/runner, ActionCommand.cs; azure-pipelines-agent, Command.cs.
_MARK = re.compile(r"##(?=\w*\[)")
_COMMAND = re.compile(r"^(\s*)::")  # the blanks in front do not count
MAX_CELL = 1_000


def spreadsheet_cell(text: str, *, characters: int = MAX_CELL) -> str:
    """`text` as one line that no spreadsheet takes for a formula: an apostrophe stands before what could be one.

    For text only. A number belongs into its cell as a number: ``-1`` would become text here.
    """
    shown = one_line(text, characters=characters)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def log_text(text: str) -> str:
    """Neutral text of one or more lines, none of which a build server takes for a command."""
    return "\n".join(_COMMAND.sub(r"\1| ::", line) for line in _unmarked(text).split("\n"))


def workflow_text(text: str) -> str:
    """`text` as the message of a GitHub workflow command: ``::error::`` and then this."""
    return _unmarked(neutral(text)).replace("%", "%25").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """`text` as a property's value, such as the file in ``::error file=…::``."""
    return workflow_text(one_line(text)).replace(":", "%3A").replace(",", "%2C")


def _unmarked(text: str) -> str:
    return _MARK.sub(r"#\\x23", text)
