"""The conformance suite as each kind of user that a machine may have: the levels are for those who cannot have the best."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can become all of these users"),
]


def run_as(who: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HERE / "as_user.py"), who, sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.mark.parametrize(("who", "level"), [("user", "B"), ("restricted", "C"), ("container", "C")])
def test_every_user_gets_the_best_level_there_is_for_them(who: str, level: str) -> None:
    code = "from grader.sandbox import open_sandbox; print(open_sandbox('strict').isolation.level)"
    found = run_as(who, "-c", code)
    assert found.stdout == level + "\n", found.stderr


@pytest.mark.parametrize(("who", "level"), [("user", "B"), ("restricted", "C"), ("container", "C")])
def test_the_sandbox_keeps_its_promises_for_every_user(who: str, level: str) -> None:
    assert passed_as(who, level, HERE / "test_conformance.py") >= 35


def test_attacks_come_to_nothing_for_an_ordinary_user() -> None:
    """The other levels are offered to root, and so are tried by the attacks' own tests."""
    assert passed_as("user", "B", HERE.parent / "attacks/test_attacks.py") >= 200


def passed_as(who: str, level: str, suite: Path) -> int:
    """How many tests of this level pass; none fails."""
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--slow", "-m", f"level_{level}")
    found = run_as(who, *words, str(suite))
    assert found.returncode == 0, found.stdout[-3000:] + found.stderr[-1000:]
    return int(found.stdout.splitlines()[-1].split(" passed")[0].split()[-1])
