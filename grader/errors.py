"""Everything grader raises on purpose. A student's fault is never here: that is a verdict.

GraderError                    carries a Message, so it can be read in Korean and in English
├── UsageError                 the command was used wrongly (exit code 2)
│   ├── CourseError            no course found, or no such exercise in it
│   └── SubmissionError        the submission cannot be read: missing, ambiguous, too large, not a source file
├── RubricError                a rubric has mistakes; lists all of them with file:line:column
├── DataUnavailable            a data set is absent, damaged or refused (the check is `ungraded`)
└── SandboxError
    ├── SandboxUnavailable     the isolation that was asked for cannot be had here
    ├── ChildFailed            a child process ended or was ended; says why
    │   ├── ChildTimeout       it used up its wall-clock time
    │   └── LimitExceeded      it hit a resource limit; says which and the value
    ├── ProtocolError          a child's answer was not what the protocol allows
    └── GraphRefused           a captured graph failed validation; says which node and why
"""

from __future__ import annotations

from typing import Any

from grader.messages import Language, Message


class GraderError(Exception):
    """Base of all errors that grader raises on purpose."""

    def __init__(self, id: str, **args: Any) -> None:
        self.message = Message(id, args)
        super().__init__(id, args)

    def text(self, language: Language = "en") -> str:
        """What a person should read."""
        return self.message.render(language)

    def __str__(self) -> str:
        return self.text("en")


class UsageError(GraderError):
    """The command was used wrongly."""


class CourseError(UsageError):
    """No course was found, or it has no such exercise."""


class SubmissionError(UsageError):
    """The submission cannot be read."""


class RubricError(GraderError):
    """A rubric has mistakes. `problems` lists them, each rendered as ``file:line:column: what is wrong``."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("rubric.invalid", problems="\n".join(problems), count=len(problems))


class DataUnavailable(GraderError):
    """A data set is absent, damaged or refused."""


class SandboxError(GraderError):
    """Something about the isolated processes went wrong."""


class SandboxUnavailable(SandboxError):
    """The isolation that was asked for cannot be had on this machine."""


class ChildFailed(SandboxError):
    """A child process ended before it answered. `ours` when that is the grader's fault and not the submission's."""

    def __init__(self, id: str, *, ours: bool = False, **args: Any) -> None:
        self.ours = ours
        super().__init__(id, **args)


class ChildTimeout(ChildFailed):
    """A child process used up its wall-clock time."""


class LimitExceeded(ChildFailed):
    """A child process hit a resource limit: `limit` is "memory", "cpu", "processes" or "file", `value` what was used."""

    def __init__(self, id: str, *, limit: str, value: float, **args: Any) -> None:
        self.limit = limit
        self.value = value
        super().__init__(id, value=value, **args)


class ProtocolError(SandboxError):
    """A child's answer was not what the protocol allows."""


class GraphRefused(SandboxError):
    """A captured graph failed validation."""
