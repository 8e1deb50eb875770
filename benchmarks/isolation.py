"""A submission through the warm zygote, against a fresh interpreter; and what all layers of isolation cost.

The fresh interpreter imports torch and runs the submission, as a grader without a zygote would; for the capture it also builds
the network and exports it twice. A child's time runs from the order to its answer, its end not counted, and the fresh
interpreter ends without clearing up. The layers' cost is the difference between
children of the best level here and children with limits alone, in turns, one of each.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

from timing import ROOT, Row, run, show, use_two_cores

from grader.evidence.frames import Frame
from grader.exercises import Exercise, find_course
from grader.grading import stages
from grader.grading.probes import draw_probes
from grader.judging.case import Evidence
from grader.sandbox import Role, Sandbox, open_sandbox
from grader.submissions import SubmissionFile, find_submission

EXERCISE = "cnn_mnist_channels"
RUNS = 15
LAYER_RUNS = 100
FRESH_LOAD = "import os, sys, runpy, torch; runpy.run_path(sys.argv[1]); os._exit(0)"
FRESH_CAPTURE = """
import os, sys, runpy, torch
model = runpy.run_path(sys.argv[1])["CNN_classifier"]()
batch = torch.export.Dim("batch", min=2)
for mode in (True, False):
    torch.export.export(model.train(mode), (torch.zeros(3, 1, 28, 28),), dynamic_shapes=({0: batch},)).run_decompositions({})
os._exit(0)
"""


def measure() -> list[Row]:
    """Four rows."""
    exercise = find_course(ROOT).exercise(EXERCISE)
    assert exercise.solution is not None
    submission = find_submission(exercise.solution)
    with open_sandbox(warm=True) as sandbox:
        _wait_until_warm(sandbox, submission, exercise)
        actions = [
            partial(_load, sandbox, submission, exercise),
            partial(_fresh, FRESH_LOAD, exercise.solution),
            partial(_capture, sandbox, submission, exercise),
            partial(_fresh, FRESH_CAPTURE, exercise.solution),
        ]
        rounds = [[action() for action in actions] for _ in range(RUNS)]
        load, fresh_load, capture, fresh_capture = map(median, zip(*rounds[1:], strict=True))
    return [
        Row("submission loaded, warm zygote against `import torch`", load, fresh_load, 1 / 20),
        Row("CNN captured in both modes, warm zygote against a fresh interpreter", capture, fresh_capture, 1 / 4),
        _layers(),
    ]


def _fresh(code: str, solution: Path) -> float:
    started = time.perf_counter()
    run(sys.executable, "-c", code, solution)
    return time.perf_counter() - started


def _load(sandbox: Sandbox, submission: SubmissionFile, exercise: Exercise) -> float:
    started = time.perf_counter()
    with sandbox.start("student") as child:
        assert stages.load(child, submission, exercise, None)["defined"]
        return time.perf_counter() - started


def _capture(sandbox: Sandbox, submission: SubmissionFile, exercise: Exercise) -> float:
    probes = draw_probes(0)
    started = time.perf_counter()
    evidence = Evidence()
    with sandbox.start("student") as child:
        evidence.load = stages.load(child, submission, exercise, None)
        evidence.capture = stages.build(child, exercise, 0, probes)
        stages.capture(child, exercise, 0, probes, evidence)
        seconds = time.perf_counter() - started
    assert (evidence.capture or {}).get("graph"), evidence
    return seconds


def _wait_until_warm(sandbox: Sandbox, submission: SubmissionFile, exercise: Exercise) -> None:
    """Until a capture takes as long as the one before it: the zygote warms up when nobody asks for a child."""
    time.sleep(8)
    _capture(sandbox, submission, exercise)


def _layers() -> Row:
    """Milliseconds that the best level here adds to a child's first answer."""
    modules: dict[Role, str] = {"student": "grader.sandbox.echo"}
    with open_sandbox("auto", modules=modules) as best, open_sandbox("none", modules=modules) as bare:
        differences = [_first_answer(best) - _first_answer(bare) for _ in range(LAYER_RUNS)][5:]
        name = f"all layers of level {best.isolation.level} on top of the bare fork, against 10 ms"
    return Row(name, median(differences) * 1e3, 10.0, 1.0, "ms")


def _first_answer(sandbox: Sandbox) -> float:
    started = time.perf_counter()
    with sandbox.start("student") as child:
        child.ask(Frame({}))
        return time.perf_counter() - started


if __name__ == "__main__":
    use_two_cores()
    show(measure())
