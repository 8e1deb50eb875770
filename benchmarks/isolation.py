"""A submission through the warm zygote, against a fresh interpreter; and what all layers of isolation cost.

The fresh interpreter imports torch and runs the submission, as a grader without a zygote would; for the capture it also builds
the network and exports it twice. A child's time runs from the order to its answer. The layers' cost is the difference between
children of the best level here and children with limits alone, in turns, one of each.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from statistics import median

from timing import ROOT, Row, medians, run, show, use_two_cores

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
FRESH_LOAD = "import sys, runpy, torch; runpy.run_path(sys.argv[1])"
FRESH_CAPTURE = """
import sys, runpy, torch
model = runpy.run_path(sys.argv[1])["CNN_classifier"]()
batch = torch.export.Dim("batch", min=2)
for mode in (True, False):
    torch.export.export(model.train(mode), (torch.zeros(3, 1, 28, 28),), dynamic_shapes=({0: batch},)).run_decompositions({})
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
            partial(run, sys.executable, "-c", FRESH_LOAD, exercise.solution),
            partial(_capture, sandbox, submission, exercise),
            partial(run, sys.executable, "-c", FRESH_CAPTURE, exercise.solution),
        ]
        load, fresh_load, capture, fresh_capture = medians(actions, RUNS)
    return [
        Row("submission loaded, warm zygote against `import torch`", load, fresh_load, 1 / 20),
        Row("CNN captured in both modes, warm zygote against a fresh interpreter", capture, fresh_capture, 1 / 4),
        _layers(),
    ]


def _load(sandbox: Sandbox, submission: SubmissionFile, exercise: Exercise) -> None:
    with sandbox.start("student") as child:
        assert stages.load(child, submission, exercise, None)["defined"]


def _capture(sandbox: Sandbox, submission: SubmissionFile, exercise: Exercise) -> None:
    probes = draw_probes(0)
    evidence = Evidence()
    with sandbox.start("student") as child:
        evidence.load = stages.load(child, submission, exercise, None)
        evidence.capture = stages.build(child, exercise, 0, probes)
        stages.capture(child, exercise, 0, probes, evidence)
    assert (evidence.capture or {}).get("graph"), evidence


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
