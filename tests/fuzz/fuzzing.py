"""The loop behind every fuzz target: cases drawn from a seed, the failing ones kept in files."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

SLOWEST_SECONDS = 30.0  # a case that takes longer is a failure: the controller hung on it
PROGRESS_SECONDS = 10.0


class Target(AbstractContextManager["Target"], Protocol):
    """Something that takes hostile bytes."""

    def draw(self, random: Random) -> bytes:
        """One case."""

    def check(self, data: bytes) -> str:
        """What became of it, in a word. Raises whatever must never come out of the target."""


@dataclass
class Outcome:
    """What a run found."""

    seed: int
    count: int = 0
    words: Counter[str] = field(default_factory=Counter)
    failures: list[Path] = field(default_factory=list)

    def __str__(self) -> str:
        words = ", ".join(f"{word} {count}" for word, count in sorted(self.words.items()))
        files = "".join(f"\n  {path}" for path in self.failures)
        return f"seed {self.seed}, {self.count} cases ({words}), {len(self.failures)} failures{files}"


def fuzz(
    target: Target,
    seed: int,
    *,
    seconds: float = float("inf"),
    count: float = float("inf"),
    folder: Path = Path(),
    report: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Try cases until time or `count` is used up. Case n of a seed is always the same; a failing one goes to a file."""
    outcome = Outcome(seed)
    started = told = time.monotonic()
    while outcome.count < count and time.monotonic() - started < seconds:
        data = target.draw(Random(f"{seed}/{outcome.count}"))
        _try(target, data, outcome, folder)
        outcome.count += 1
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            report(f"{told - started:5.0f} s: {outcome}")
    return outcome


def _try(target: Target, data: bytes, outcome: Outcome, folder: Path) -> None:
    started = time.monotonic()
    try:
        outcome.words[target.check(data)] += 1
        trouble = ""
    except Exception:
        trouble = traceback.format_exc()
    if time.monotonic() - started > SLOWEST_SECONDS:
        trouble += f"took {time.monotonic() - started:.0f} s"
    if trouble:
        path = folder / f"{type(target).__name__.lower()}-{outcome.seed}-{outcome.count}"
        path.with_suffix(".bin").write_bytes(data)
        path.with_suffix(".txt").write_text(trouble, encoding="utf-8", errors="replace")
        outcome.failures.append(path.with_suffix(".bin"))
