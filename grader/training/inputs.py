"""Inputs to try a model on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor


def random_inputs(batch: int, shape: Sequence[int], dtype: str, generator: Generator | None = None) -> Tensor:
    """A batch (batch, *shape): standard normal, or, for a model that takes whole numbers, 0 and 1, which every
    embedding knows."""
    size, kind = (batch, *shape), getattr(torch, dtype)
    if kind.is_floating_point:
        return torch.randn(size, generator=generator).to(kind)
    return torch.randint(0, 2, size, generator=generator).to(kind)
