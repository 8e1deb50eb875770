"""Wafer maps, real and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.datasets import open_dataset
from grader.datasets.wafer_patterns import CLASSES, PER_THOUSAND


def test_real_maps(real_data: Path) -> None:
    data = open_dataset("wafer", "real")
    assert (data.variant, data.task, data.input_shape, data.scale) == ("full", "classification", (1, 64, 64), 0.5)
    assert data.train_inputs.shape == (15311, 64, 64)
    assert data.test_inputs.shape == (5104, 64, 64)
    assert data.classes == CLASSES
    assert np.bincount(data.train_targets.load()).tolist() == [2576, 333, 3113, 5808, 2156, 520, 716, 89]
    assert np.bincount(data.held_out_targets()).tolist() == [859, 111, 1038, 1936, 719, 173, 238, 30]


def test_drawn_maps_have_the_layout_of_the_real_ones() -> None:
    data = open_dataset("wafer", "standin")
    assert (data.variant, data.classes, data.scale) == ("standin", CLASSES, 0.5)
    assert data.train_inputs.shape == (8000, 64, 64)
    assert data.test_inputs.shape == (2000, 64, 64)
    maps = data.test_inputs.load()
    assert maps.dtype == np.uint8 and np.unique(maps).tolist() == [0, 1, 2]
    assert not maps[:, 0, 0].any() and maps[:, 32, 32].all()
    labels = np.concatenate([data.train_targets.load(), data.held_out_targets()])
    assert np.bincount(labels).tolist() == [10 * count for count in PER_THOUSAND]


def test_drawn_maps_are_the_same_everywhere() -> None:
    assert open_dataset("wafer", "standin").digest[:8] == WAFER_STANDIN


@pytest.mark.slow
def test_course_network_learns_the_drawn_maps_well_but_not_perfectly() -> None:
    import torch
    from torch import nn

    torch.manual_seed(0)
    data = open_dataset("wafer", "standin")
    inputs, tests = (torch.tensor(np.array(part.load())).flatten(1) for part in (data.train_inputs, data.test_inputs))
    labels, truth = torch.tensor(np.array(data.train_targets.load())), torch.tensor(np.array(data.held_out_targets()))
    layers = nn.Linear(4096, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 8)
    model = nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(5):
        for batch in torch.randperm(len(inputs)).split(128):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs[batch] * data.scale), labels[batch]).backward()
            optimizer.step()
    accuracy = (model(tests * data.scale).argmax(1) == truth).float().mean().item()
    assert 0.78 < accuracy < 0.97


WAFER_STANDIN = "6dfed901"
