"""Two hundred submissions in a row through one sandbox: does anything grow?

Compared are the last fifty with the first fifty after a start: seconds of each, and what the controller and the zygote hold at
the end against what they held then: memory, descriptors, processes. Linux only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from timing import ROOT, Row, show, use_two_cores

from grader.exercises import find_course
from grader.grading import stages
from grader.sandbox import open_sandbox, processes
from grader.sandbox.process_sandbox import ProcessSandbox
from grader.submissions import find_submission

EXERCISE = "cnn_mnist_channels"
SUBMISSIONS = 200
PART = 50
GROWTH = 1.1  # a tenth is what the machine itself varies by


def measure() -> list[Row]:
    """A row for each thing that could grow."""
    exercise = find_course(ROOT).exercise(EXERCISE)
    assert exercise.solution is not None
    submission = find_submission(exercise.solution)
    seconds: list[float] = []
    with open_sandbox(warm=True) as sandbox:
        assert isinstance(sandbox, ProcessSandbox)
        time.sleep(8)  # until the idle zygote has warmed up
        early: list[float] = []
        for number in range(SUBMISSIONS):
            started = time.perf_counter()
            with sandbox.start("student") as child:
                assert stages.load(child, submission, exercise, None)["defined"]
            seconds.append(time.perf_counter() - started)
            if number == PART:
                early = _held(sandbox)
        late = _held(sandbox)
    names = ("memory of controller and zygote", "open descriptors of both", "processes below the controller")
    return [
        Row("seconds each, last 50 against first 50", median(seconds[-PART:]), median(seconds[:PART]), GROWTH),
        *(
            Row(f"{name}, after 200 against after 50", *pair, GROWTH, unit)
            for name, pair, unit in _rows(names, late, early)
        ),
    ]


def _rows(names: tuple[str, ...], late: list[float], early: list[float]) -> list[tuple[str, tuple[float, float], str]]:
    return list(zip(names, zip(late, early, strict=True), ("MiB", "", ""), strict=True))


def _held(sandbox: ProcessSandbox) -> list[float]:
    """MiB, descriptors and processes, once the last child's processes are gone."""
    zygote = sandbox.zygote_pid or 0
    _wait_for(lambda: not processes.descendants(zygote))
    both = (os.getpid(), zygote)
    memory = sum((processes.allocated_bytes(pid) or 0) / 2**20 for pid in both)
    descriptors = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in both)
    return [memory, float(descriptors), float(len(processes.descendants(os.getpid())))]


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


if __name__ == "__main__":
    use_two_cores()
    show(measure())
