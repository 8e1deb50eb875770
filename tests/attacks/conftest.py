"""One sandbox for each level that this machine offers, shared by all attacks; the course that they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from arena import Arena, open_arena
from attack_world import COURSE

from grader.errors import SandboxUnavailable
from grader.exercises import Exercise, find_course


@pytest.fixture(scope="session")
def arenas() -> Iterator[Callable[[str], Arena]]:
    """The arena of a level, opened when first asked for. Skips where this machine cannot offer that level."""
    opened: dict[str, Arena] = {}
    lacking: dict[str, str] = {}
    with ExitStack() as closing:

        def arena(level: str) -> Arena:
            if level in lacking:
                pytest.skip(lacking[level])
            if level not in opened:
                try:
                    opened[level] = open_arena(level)
                except SandboxUnavailable as unavailable:
                    lacking[level] = str(unavailable)
                    pytest.skip(lacking[level])
                closing.callback(opened[level].close)
            return opened[level]

        yield arena


@pytest.fixture(scope="session")
def course() -> Callable[[str], Exercise]:
    """The exercises that attacks answer, by id."""
    return find_course(COURSE).exercise
