"""What a submission is tried with, by seed: nobody can know it before the grading begins.

Probes are the inputs and the drawn weights of the checks `shapes`, `forward` and `gradients`, and the held-out items of
the looks beside training. An answer that recognised them could pass without being right. So their seed is drawn for each
grading, unless the caller names one, and the report records it. Seeds of training are the rubric's: thresholds are
calibrated with those, and nothing in them can be recognised.

Not covered: the student's process learns the inputs that it is run on, and the seed of those. Other purposes have other
seeds, from which nobody finds the way back.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

Purpose = Literal["capture", "forward", "shapes", "gradients", "untrained", "perturbed"]

SEED_BITS = 48  # more than a process can try out in its time, and every JSON reader keeps all digits


@dataclass(frozen=True)
class Probes:
    """The seeds of one grading's probes, all from one."""

    seed: int

    def __getitem__(self, purpose: Purpose) -> int:
        """The seed for `purpose`, 0 <= seed < 2**48. Knowing it tells nothing about the seed of another purpose."""
        digest = hashlib.sha256(f"{purpose}:{self.seed}".encode()).digest()
        return int.from_bytes(digest[: SEED_BITS // 8], "big")


def draw_probes(seed: int | None) -> Probes:
    """The probes under `seed`, or fresh ones."""
    return Probes(secrets.randbits(SEED_BITS) if seed is None else seed)
