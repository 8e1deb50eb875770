"""What a zygote does before its children ask for it: work that each of them would otherwise repeat."""

from __future__ import annotations

import contextlib
import importlib
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

# How much a zygote knows before it forks. A fresh one never imports torch, so that its children may use CUDA.
Mode = Literal["fresh", "torch", "warm"]
LESS: dict[str, Mode] = {"warm": "torch", "torch": "fresh"}

Step = Callable[[], object]


def first_steps(mode: Mode, preloads: Sequence[str] = ()) -> list[Step]:
    """What must be done before the first child. A preload that cannot be imported is left to the child to fail on."""
    imports: list[Step] = [partial(_import, name) for name in preloads]
    return [] if mode == "fresh" else [_import_torch, *imports]


def idle_steps(mode: Mode, modules: list[str]) -> list[Step]:
    """What may be done while nobody waits, in short pieces. `modules` are what the children will import."""
    if mode != "warm":
        return []
    imports = [*modules, "safetensors.numpy", "torch.export"]
    prepare = [lambda name=name: _prepare(name) for name in modules]
    return [*(lambda name=name: importlib.import_module(name) for name in imports), _train, _export, *prepare]


def _prepare(name: str) -> None:
    """Let a role import what some of its children will need, if it knows of anything."""
    prepare = getattr(importlib.import_module(name), "prepare", None)
    if prepare is not None:
        prepare()


def _import(name: str) -> None:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)


def _import_torch() -> None:
    import torch

    torch.set_num_threads(1)
    torch.zeros(1).add_(1)  # the first kernel looks at /proc/cpuinfo, which a child may not see


def _train() -> None:
    """One step of each kind of layer that courses use, so that kernels and code paths are loaded."""
    import torch
    from torch import nn

    images = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 2)
    )
    series = nn.LSTM(2, 2, batch_first=True)
    optimizer = torch.optim.Adam([*images.parameters(), *series.parameters()])
    loss = nn.functional.cross_entropy(images(torch.zeros(2, 1, 8, 8)), torch.zeros(2, dtype=torch.long))
    (loss + series(torch.zeros(2, 3, 2))[0].mean()).backward()
    optimizer.step()


def _export() -> None:
    import torch
    from torch import nn

    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    batch = torch.export.Dim("batch", min=2)
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        torch.export.export(model, (torch.zeros(3, 1, 8, 8),), dynamic_shapes=({0: batch},)).run_decompositions({})
    finally:
        logging.disable(level)
