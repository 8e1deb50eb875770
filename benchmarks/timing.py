"""Measuring two things side by side: medians of interleaved runs on two cores, shown as ratios to their limits."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GRADER = Path(sys.executable).with_name("grader")  # the command of this environment
CORES = 2
HEADER = "| what | measured | compared with | ratio | limit | |\n|---|---:|---:|---:|---:|---|"


@dataclass(frozen=True)
class Row:
    """One line of the table: `measured` divided by `against` should be at most `limit`. `unit` belongs to both."""

    what: str
    measured: float
    against: float
    limit: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Measured by compared with."""
        return self.measured / self.against

    def __str__(self) -> str:
        held = "holds" if self.ratio <= self.limit else "**MISSED**"
        figures = f"{_number(self.measured)} {self.unit} | {_number(self.against)} {self.unit}"
        return f"| {self.what} | {figures} | {self.ratio:.3g} | {self.limit:.3g} | {held} |"


def show(rows: Sequence[Row]) -> None:
    """Print the table, as Markdown."""
    print(HEADER, *rows, sep="\n", flush=True)


def use_two_cores() -> None:
    """Keep this process, and all it starts, on two of the cores it may use; nothing where the system cannot."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def medians(actions: Sequence[Callable[[], object]], runs: int) -> list[float]:
    """Median seconds of each action. They take turns, so that a busy moment of the machine hits all of them."""
    seconds: list[list[float]] = [[] for _ in actions]
    for run in range(runs + 1):
        for action, measured in zip(actions, seconds, strict=True):
            started = time.perf_counter()
            action()
            if run:  # the first round only warms up
                measured.append(time.perf_counter() - started)
    return [statistics.median(measured) for measured in seconds]


def run(*command: str | Path, environment: Mapping[str, str] | None = None, status: int = 0) -> None:
    """Run a command in the checkout; RuntimeError when it ends with another `status`."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != status:
        raise RuntimeError(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"
