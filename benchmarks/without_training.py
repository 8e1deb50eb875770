"""`grader check --no-training`, cold, against one and a half times `python -c "import torch"` plus two seconds.

Cold is a new process with an empty home folder; the decoded data sets are kept, for they are made once per machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial

from timing import GRADER, ROOT, Row, medians, run, show, use_two_cores

from grader.datasets.places import cache_folder
from grader.exercises import find_course

RUNS = 5
UNGRADED = 3  # the exit code of a report whose training was left out


def measure() -> list[Row]:
    """One row per exercise."""
    exercises = find_course(ROOT).exercises()
    torch, *checks = medians(
        [partial(run, sys.executable, "-c", "import torch"), *(partial(_check, exercise.id) for exercise in exercises)],
        RUNS,
    )
    allowed = 1.5 * torch + 2.0
    return [
        Row(f"`check {exercise.id} --no-training`, cold, against 1.5 x `import torch` + 2 s", check, allowed, 1.0)
        for exercise, check in zip(exercises, checks, strict=True)
    ]


def _check(exercise: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        elsewhere = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        environment = elsewhere | {"HOME": home, "GRADER_CACHE": str(cache_folder())}
        command = (GRADER, "check", exercise, f"solutions/{exercise}.py", "--no-training")
        run(*command, environment=environment, status=UNGRADED)


if __name__ == "__main__":
    use_two_cores()
    show(measure())
