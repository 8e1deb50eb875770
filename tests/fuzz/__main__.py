"""``python -m tests.fuzz --seconds 600 --seed 1 frames graphs archives``: fuzz each target in turn for that long."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1])]

from fuzzing import fuzz  # noqa: E402
from targets import TARGETS  # noqa: E402


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all of them when none is named")
    parser.add_argument("--seconds", type=float, default=60.0, help="time for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"), help="folder for failing cases")
    parser.add_argument("--replay", type=Path, help="try this one case again, with one target named")
    given = parser.parse_args()
    failed = 0
    for name in given.targets or TARGETS:
        with TARGETS[name]() as target:
            if given.replay:
                print(f"{name}: {target.check(given.replay.read_bytes())}")
                continue
            given.failures.mkdir(exist_ok=True)
            outcome = fuzz(
                target,
                given.seed,
                seconds=given.seconds,
                folder=given.failures,
                report=lambda text, name=name: print(f"{name}: {text}", flush=True),  # type: ignore[misc]
            )
            print(f"{name}: {outcome}", flush=True)
            failed += len(outcome.failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
