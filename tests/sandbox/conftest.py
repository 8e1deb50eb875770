"""Sandboxes under test, each running ``rogue_child`` in both roles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox import Sandbox, open_sandbox
from grader.sandbox.isolation import Isolation
from grader.sandbox.process_sandbox import ProcessSandbox

HERE = Path(__file__).parent
ROGUE = {"student": "rogue_child", "evaluator": "rogue_child"}


@pytest.fixture(scope="session")
def zygote() -> Iterator[Sandbox]:
    with open_sandbox(modules=ROGUE, import_roots=(HERE,)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def fresh() -> Iterator[Sandbox]:
    """The way of CUDA's children: forked from a process that never imported torch."""
    with ProcessSandbox(Isolation("none"), "fresh", modules=ROGUE, import_roots=(HERE,)) as sandbox:
        yield sandbox
