"""What a rubric may speak of: the check kinds, and how a network is described. Both belong to judging."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from grader.judging.checks.settings import CheckSettings


class CheckKind(Protocol):
    """As much of a check kind as a rubric needs: its settings."""

    @property
    def Settings(self) -> type[CheckSettings]: ...


@dataclass(frozen=True)
class Vocabulary:
    """The check kinds by their YAML names, and what reads a described network (ValueError where it cannot)."""

    checks: Mapping[str, CheckKind]
    parse_network: Callable[[Mapping[str, str], str], object]


@functools.cache
def default_vocabulary() -> Vocabulary:
    """What judging knows."""
    from grader.judging.checks import CHECKS
    from grader.judging.network import parse_network

    return Vocabulary(CHECKS, parse_network)
