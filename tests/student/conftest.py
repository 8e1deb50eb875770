"""Sandboxes for what only a student child can do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.errors import SandboxUnavailable
from grader.sandbox import Sandbox, open_sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The best isolation there is here."""
    with open_sandbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def narrow_sandbox() -> Iterator[Sandbox]:
    """Level C: no process may be started, and sockets only before the first cell."""
    try:
        opened = open_sandbox("C")
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    with opened:
        yield opened
