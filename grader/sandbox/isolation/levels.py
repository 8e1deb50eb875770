"""What stands between a child and the machine, in words that fit a report."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

from grader.messages import Message, message
from grader.sandbox.isolation.layers import LAYERS, Layer, Layers

Level = Literal["A", "B", "C", "D", "E", "none"]
IsolationChoice = Literal["auto", "strict", "none", "A", "B", "C", "D"]
STRICT_LEVELS: tuple[Level, ...] = ("A", "B", "C")  # good enough to run other people's code


@dataclass(frozen=True)
class Isolation:
    """A level (A best), the layers it is made of and those it lacks. ``none`` means that nobody asked for isolation."""

    level: Level
    missing: tuple[Message, ...] = ()
    layers: tuple[Message, ...] = ()

    @property
    def name(self) -> Message:
        """The level in a phrase."""
        return message(f"sandbox.level_{self.level.lower()}")

    @property
    def strict(self) -> bool:
        """Whether other people's code may run under it."""
        return self.level in STRICT_LEVELS


def isolation_of(layers: Layers, choice: IsolationChoice = "auto") -> Isolation:
    """The level that these layers come to, and in words what is missing from the best one."""
    if choice == "none":
        return Isolation("none")
    if sys.platform != "linux":
        return Isolation("E", tuple(message(f"sandbox.missing_{layer}") for layer in ("files", "network", "tree")))
    level = level_of(layers)
    reasons = {layer: layers.refused.get(layer) or "-" for layer in _expected(layers) if not getattr(layers, layer)}
    return Isolation(
        level,
        tuple(message(f"sandbox.missing_{layer}", reason=reason) for layer, reason in reasons.items()),
        tuple(message(f"sandbox.layer_{layer}") for layer in LAYERS if getattr(layers, layer)),
    )


def level_of(layers: Layers) -> Level:
    """The letter. At least a view of the files or Landlock, and the filter of system calls, are needed for a C."""
    if not layers.seccomp or not (layers.namespaces or layers.landlock):
        return "D"
    if not layers.namespaces:
        return "C"
    return "A" if layers.landlock and layers.uid and layers.cgroup else "B"


def chosen(layers: Layers, choice: IsolationChoice) -> Layers:
    """The layers to put on when somebody asks for a level by name: those of a better one are left out."""
    if choice in ("none", "D"):
        return layers.without("namespaces", "landlock", "seccomp", "uid", "cgroup")
    if choice == "C":
        return layers.without("namespaces", "uid", "cgroup")
    return layers


def _expected(layers: Layers) -> tuple[Layer, ...]:
    """The layers whose lack is worth a word. A user's child keeps its id: its namespaces leave nobody to signal."""
    if layers.namespaces == "user":
        return ("landlock", "seccomp", "cgroup")
    return LAYERS
