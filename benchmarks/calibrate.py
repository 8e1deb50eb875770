"""What the reference reaches under a rubric's own rule, many times: the figures for `calibration:` in a rubric.

    python benchmarks/calibrate.py [EXERCISE ...] [--runs N] [--data real|standin]

Every run is a whole `grade` of the solution, with its own seeds, seeds tried again and repeated looks included. Prints a
YAML block for each exercise. The upper bound on the chance that a correct answer fails is Clopper-Pearson's at 95%; with
no failure in n runs that is 1 - 0.05 ** (1/n).
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

from grader.exercises import Exercise, find_course
from grader.grading import Options, grade
from grader.sandbox import Sandbox, open_sandbox
from grader.submissions import find_submission

ROOT = Path(__file__).resolve().parents[1]
SEEDS_APART = 1_000


def main() -> None:
    """Calibrate what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exercises", nargs="*")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--data", choices=("real", "standin"), default="real")
    arguments = parser.parse_args()
    course = find_course(ROOT)
    exercises = [course.exercise(name) for name in arguments.exercises] or course.exercises()
    with open_sandbox(warm=True) as sandbox:
        for exercise in exercises:
            calibrate(exercise, arguments.runs, arguments.data, sandbox)


def calibrate(exercise: Exercise, runs: int, data: str, sandbox: Sandbox) -> None:
    """Print the calibration of one exercise."""
    scores, failures, variant = [], 0, data
    for run in range(runs):
        passed, score, variant = _run(exercise, Options(data=data, seed=run * SEEDS_APART), sandbox)  # type: ignore[arg-type]
        scores.append(score)
        failures += not passed
    higher = next(check for check in exercise.rubric.checks if check.kind == "training").settings.metric == "accuracy"  # type: ignore[attr-defined]
    worst = min(scores) if higher else max(scores)
    spread = statistics.stdev(scores) if runs > 1 else 0.0
    print(f"# {exercise.id}")
    print(
        f"      {variant}: {{runs: {runs}, mean: {statistics.mean(scores):.4f}, spread: {spread:.4f}, "
        f"worst: {worst:.4f}, failures: {failures}}}",
        flush=True,
    )


def _run(exercise: Exercise, options: Options, sandbox: Sandbox) -> tuple[bool, float, str]:
    assert exercise.solution is not None
    report = grade(find_submission(exercise.solution), exercise, options, sandbox=sandbox)
    verdict = next(verdict for verdict in report.verdicts if verdict.curve is not None)
    assert verdict.curve is not None and report.provenance.data is not None
    return verdict.outcome.value == "passed", verdict.curve.scores[-1][1], report.provenance.data.variant


if __name__ == "__main__":
    main()
