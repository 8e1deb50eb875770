"""Stand-in for WM-811K: drawn wafer maps with the eight failure patterns.

8,000 maps for training and 2,000 for testing, the classes as often as in the real data. A map is a disc of dies; each
fails by chance, and more often where the pattern of its class lies. Position, size and strength of the patterns and the
level of the other failures vary so much that neighbours (Center, Loc and Edge-Loc; Edge-Loc and Edge-Ring) are mistaken
for each other now and then, as in the real data: an MLP 4096-512-256-8 passes 0.82 within three epochs and seldom 0.88
within twelve (Adam, three seeds).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.datasets.provider import Array

SIDE = 64
SEED = 20262
TRAIN_MAPS, TEST_MAPS = 8_000, 2_000


@dataclass(frozen=True)
class Wafer:
    """The dies of a wafer of radius 1, in plane and polar coordinates, each (64, 64); and the luck of this wafer."""

    x: Array
    y: Array
    radius: Array
    angle: Array
    luck: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """A number between `low` and `high`."""
        return low + (high - low) * self.luck.random()

    def strength(self) -> float:
        """The chance of failing in the middle of a pattern."""
        return self.between(0.5, 1.0)

    def blob(self, distance: float, size: float) -> Array:
        """A spot that fades with distance from its middle, which lies `distance` from the wafer's, anywhere around."""
        turn = self.between(-np.pi, np.pi)
        along = self.x * np.cos(turn) + self.y * np.sin(turn) - distance
        across = self.y * np.cos(turn) - self.x * np.sin(turn)
        stretch = self.between(0.7, 1.4)
        return self.strength() * bell(along / (size * stretch)) * bell(across * stretch / size)

    def ring(self, distance: float, width: float) -> Array:
        """A ring around the wafer's middle."""
        return self.strength() * bell((self.radius - distance) / width)


def bell(offset: Array) -> Array:
    """1 at offset 0, fading to both sides."""
    height: Array = np.exp(-0.5 * offset * offset)
    return height


def center(wafer: Wafer) -> Array:
    """A spot in the middle."""
    return wafer.blob(wafer.between(0.0, 0.2), wafer.between(0.12, 0.3))


def donut(wafer: Wafer) -> Array:
    """A broad ring half-way out."""
    return wafer.ring(wafer.between(0.35, 0.65), wafer.between(0.06, 0.15))


def edge_loc(wafer: Wafer) -> Array:
    """A spot at the edge."""
    return wafer.blob(wafer.between(0.75, 1.0), wafer.between(0.1, 0.28))


def edge_ring(wafer: Wafer) -> Array:
    """A narrow ring at the edge, seldom closed."""
    middle, reach = wafer.between(-np.pi, np.pi), wafer.between(0.3, 1.0) * np.pi
    away = np.abs((wafer.angle - middle + np.pi) % (2 * np.pi) - np.pi)
    return wafer.ring(1.0, wafer.between(0.03, 0.1)) * (away < reach)


def loc(wafer: Wafer) -> Array:
    """A spot between the middle and the edge."""
    return wafer.blob(wafer.between(0.2, 0.75), wafer.between(0.1, 0.25))


def scratch(wafer: Wafer) -> Array:
    """A thin bent line across some of the wafer."""
    turn, bend = wafer.between(-np.pi, np.pi), wafer.between(-0.4, 0.4)
    x, y = wafer.x - wafer.between(-0.4, 0.4), wafer.y - wafer.between(-0.4, 0.4)
    along = x * np.cos(turn) + y * np.sin(turn)
    across = y * np.cos(turn) - x * np.sin(turn)
    line = bell((across - bend * along * along) / wafer.between(0.02, 0.05))
    part: Array = np.abs(along) < wafer.between(0.35, 0.7)
    return line * part * wafer.strength()


def everywhere(low: float, high: float) -> Callable[[Wafer], Array]:
    """A pattern without a place: the same chance on every die."""
    return lambda wafer: np.full_like(wafer.radius, wafer.between(low, high))


PATTERNS: dict[str, Callable[[Wafer], Array]] = {
    "Center": center,
    "Donut": donut,
    "Edge-Loc": edge_loc,
    "Edge-Ring": edge_ring,
    "Loc": loc,
    "Random": everywhere(0.25, 0.6),
    "Scratch": scratch,
    "Near-full": everywhere(0.7, 1.0),
}
CLASSES = tuple(PATTERNS)
PER_THOUSAND = (168, 22, 203, 379, 141, 34, 47, 6)  # how often each pattern comes, as among the labelled real maps


def draw_wafers() -> tuple[Array, Array, Array, Array]:
    """Training maps (8000, 64, 64) and labels, test maps (2000, 64, 64) and labels; maps uint8, labels int64."""
    luck = np.random.Generator(np.random.PCG64(SEED))
    thousand = np.repeat(np.arange(len(CLASSES)), PER_THOUSAND)
    labels = luck.permutation(np.tile(thousand, (TRAIN_MAPS + TEST_MAPS) // len(thousand)))
    axis = (np.arange(SIDE) + 0.5) / (SIDE / 2) - 1
    x, y = np.meshgrid(axis, axis)
    wafer = Wafer(x, y, np.hypot(x, y), np.arctan2(y, x), luck)
    maps = np.stack([draw(CLASSES[label], wafer) for label in labels])
    return maps[:TRAIN_MAPS], labels[:TRAIN_MAPS], maps[TRAIN_MAPS:], labels[TRAIN_MAPS:]


def draw(pattern: str, wafer: Wafer) -> Array:
    """One map, uint8 (64, 64): 0 outside the wafer, 1 passed, 2 failed."""
    chance = np.maximum(PATTERNS[pattern](wafer), wafer.between(0.02, 0.1))
    failed = wafer.luck.random((SIDE, SIDE)) < chance
    dies: Array = np.where(wafer.radius <= 1, 1 + failed, 0).astype(np.uint8)
    return dies
