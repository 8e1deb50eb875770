"""What stands between a child and the machine, in words that fit a report."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

from grader.messages import Message, message

IsolationChoice = Literal["auto", "strict", "none"]
Level = Literal["A", "B", "C", "D", "E", "none"]
STRICT_LEVELS: tuple[Level, ...] = ("A", "B", "C")  # good enough to run other people's code


@dataclass(frozen=True)
class Isolation:
    """A level (A best) and what it lacks. ``none`` means that nobody asked for isolation: processes and limits only."""

    level: Level
    missing: tuple[Message, ...] = ()

    @property
    def name(self) -> Message:
        """The level in a phrase."""
        return message(f"sandbox.level_{self.level.lower()}")

    @property
    def strict(self) -> bool:
        """Whether other people's code may run under it."""
        return self.level in STRICT_LEVELS


def available_isolation() -> Isolation:
    """The best isolation that can be had here: for now, separate processes with limits."""
    missing = ["namespaces", "landlock", "seccomp", "uid"]
    if sys.platform == "linux":
        return Isolation("D", tuple(message(f"sandbox.missing_{layer}") for layer in missing))
    missing = ["files", "network", "tree"]
    return Isolation("E", tuple(message(f"sandbox.missing_{layer}") for layer in missing))
