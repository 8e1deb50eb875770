"""How long `import grader` and `grader --help` take, against an interpreter that only imports click."""

from __future__ import annotations

import sys
from functools import partial

from timing import GRADER, Row, medians, run, show, use_two_cores

RUNS = 15
LIMIT = 3.0


def measure() -> list[Row]:
    """Rows for both."""
    commands = [(sys.executable, "-c", "import click"), (sys.executable, "-c", "import grader"), (GRADER, "--help")]
    bare, imported, told = medians([partial(run, *command) for command in commands], RUNS)
    against = "against `python -c 'import click'`"
    return [
        Row(f"`import grader` {against}", imported, bare, LIMIT),
        Row(f"`grader --help` {against}", told, bare, LIMIT),
    ]


if __name__ == "__main__":
    use_two_cores()
    show(measure())
