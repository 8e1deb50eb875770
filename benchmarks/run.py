"""All benchmarks, one after the other, each in a process of its own; a Markdown table on stdout.

python benchmarks/run.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from timing import HEADER

HERE = Path(__file__).parent
BENCHMARKS = (
    "startup",
    "without_training",
    "replayed_step",
    "memory",
    "isolation",
    "notebook",
    "endurance",
    "certification",
)


def main() -> None:
    """Print the rows as they come."""
    print(HEADER, flush=True)
    for name in BENCHMARKS:
        table = subprocess.run([sys.executable, HERE / f"{name}.py"], stdout=subprocess.PIPE, text=True, check=True)
        print(table.stdout.removeprefix(HEADER).strip(), flush=True)


if __name__ == "__main__":
    main()
