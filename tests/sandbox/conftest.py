"""Sandboxes under test, each running ``rogue_child`` in both roles."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rogue_child

from grader.errors import SandboxUnavailable
from grader.sandbox import Sandbox, open_sandbox
from grader.sandbox.fake import FakeSandbox
from grader.sandbox.process_sandbox import ProcessSandbox

HERE = Path(__file__).parent
SLOW = pytest.mark.slow
LEVELS = ["auto"]  # the best there is here, every day; each level by its name in longer runs
if sys.platform == "linux":
    LEVELS += [pytest.param(level, marks=(SLOW, getattr(pytest.mark, f"level_{level}"))) for level in "ABC"]
    LEVELS += [pytest.param("D", marks=SLOW), pytest.param("fresh", marks=SLOW)]
ROGUE = {"student": "rogue_child", "evaluator": "rogue_child"}


@pytest.fixture(scope="session")
def opened() -> Iterator[Callable[[str], Sandbox]]:
    """Sandboxes by level, each opened once; a level that this machine does not offer skips the test and says why."""
    sandboxes: dict[str, Sandbox] = {}

    def at(level: str) -> Sandbox:
        if level not in sandboxes:
            try:
                sandboxes[level] = _open(level)
            except SandboxUnavailable as error:
                pytest.skip(str(error))
        return sandboxes[level]

    yield at
    for sandbox in sandboxes.values():
        sandbox.close()


@pytest.fixture(params=LEVELS)
def sandbox(request: pytest.FixtureRequest, opened: Callable[[str], Sandbox]) -> Sandbox:
    """A real sandbox of each level in turn."""
    return opened(request.param)


@pytest.fixture(params=[*LEVELS, "fake"])
def any_sandbox(request: pytest.FixtureRequest, opened: Callable[[str], Sandbox]) -> Sandbox:
    """A real sandbox of each level, and the fake."""
    return opened(request.param)


@pytest.fixture(scope="session")
def zygote(opened: Callable[[str], Sandbox]) -> Sandbox:
    """The best that there is here."""
    return opened("auto")


def _open(level: str) -> Sandbox:
    if level == "fake":
        return FakeSandbox({"student": rogue_child.serve, "evaluator": rogue_child.serve})
    if level == "fresh":  # the way of CUDA's children: forked from a process that never imported torch
        return ProcessSandbox("none", "fresh", modules=ROGUE, import_roots=(HERE,))
    return open_sandbox(level, modules=ROGUE, import_roots=(HERE,))
