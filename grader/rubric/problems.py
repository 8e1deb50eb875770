"""A mistake in a YAML file, with its place; and the error that carries all of a file's mistakes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.errors import RubricError
from grader.messages import Language, Message

Path = tuple[str | int, ...]  # where a value stands: the keys and list indices that lead to it


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file, both numbers counted from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Problem:
    """One mistake. Reads ``file:line:column: what is wrong``."""

    file: str
    mark: Mark
    message: Message

    def render(self, language: Language = "en") -> str:
        """The whole line in `language`."""
        return f"{self.file}:{self.mark.line}:{self.mark.column}: {self.message.render(language)}"


class InvalidRubric(RubricError):
    """A `RubricError` that knows its mistakes as data, so that they can be read in either language."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.found = sorted(found, key=lambda problem: problem.mark)
        super().__init__([problem.render("en") for problem in self.found])

    def text(self, language: Language = "en") -> str:
        """All mistakes in `language`, one line each, under a heading."""
        lines = [problem.render(language) for problem in self.found]
        return Message("rubric.invalid", {"problems": "\n".join(lines), "count": len(lines)}).render(language)
