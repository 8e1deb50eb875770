"""Mistakes that a validator of ours finds: with their message, and with where below the validated field they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.messages import Message
from grader.rubric.problems import Path


class Misfit(ValueError):
    """A value that does not fit, with the message that says so. Raised inside pydantic validators."""

    def __init__(self, id: str, **args: Any) -> None:
        self.message = Message(id, args)
        super().__init__(self.message.render("en"))


@dataclass(frozen=True)
class Fault:
    """One mistake at `path`, counted from the validated field. `at_key`: it is the key that is wrong, not its value."""

    path: Path
    message: Message
    at_key: bool = False


class Misfits(ValueError):
    """Several mistakes below one field. Raised inside pydantic validators."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message.render("en") for fault in faults))
