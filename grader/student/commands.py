"""Shell commands of a notebook: none is run while grading. What to say instead, to the student and in the report."""

from __future__ import annotations

import re

from grader.messages import LANGUAGES, Message

MAX_COMMAND = 80
_INSTALL = re.compile(
    r"\b(pip3?|uv|conda|mamba|micromamba|apt|apt-get|brew|npm)\b(?:\s+(?:-\S+|pip))*\s+(install|add|update|upgrade|uninstall|remove)\b"
)


def answer_to(command: str) -> Message:
    """What takes the place of a command's output."""
    shown = " ".join(command.split())
    id = "install_skipped" if _INSTALL.search(shown) else "command_skipped"
    return Message(f"source.{id}", {"command": shown[:MAX_COMMAND]})


def in_all_languages(said: Message) -> str:
    """The text for the output of a cell, whose reader's language nobody knows."""
    return "".join(f"[{said.render(language)}]\n" for language in LANGUAGES)
