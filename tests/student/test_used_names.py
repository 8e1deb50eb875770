"""Rubrics forbid names; these are the names that an answer uses, as it writes them, and where first."""

from __future__ import annotations

import json

import pytest

from grader.student.slicing import slice_source
from grader.student.source import read_source
from grader.student.used_names import MAX_NAMES, used_names

ANSWER = """import torch
from torch import nn
from torch.nn import Sequential as Chain, init
import numpy as np

unrelated = torch.load("weights.pt")

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(4, 2),
            Chain(),
        )
        init.zeros_(self.body[0].weight)

    def forward(self, x):
        return self.body(x)
"""


def names_in(text: str, target: str = "Net") -> dict[str, tuple[int | None, int | None]]:
    source = read_source(text.encode(), "answer.py")
    return {name: tuple(place[1:]) for name, place in used_names(slice_source(source, [target]), source).items()}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "line"),
    [("nn.Module", 8), ("nn.Sequential", 11), ("nn.Linear", 12), ("torch.nn.Sequential", 3), ("torch.nn", 2), ("init.zeros_", 15),
     ("Chain", 13), ("self.body", 11), ("x", 18)],
)  # fmt: skip
def test_names_are_found_as_written_at_their_first_line(name: str, line: int) -> None:
    """Attribute chains whole and in parts, imports with their module."""
    assert names_in(ANSWER)[name] == (line, None)


def test_what_is_not_run_is_not_used() -> None:
    """Statements that the target does not need are nobody's offence."""
    assert not {"torch.load", "unrelated", "np", "numpy"} & names_in(ANSWER).keys()


def test_a_notebooks_cell_is_told() -> None:
    """Lines are those of the cell."""
    cells = [
        {"cell_type": "code", "source": text, "metadata": {}} for text in ("import torch", "", "\nx = torch.ones(2)")
    ]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
    source = read_source(data, "a.ipynb")
    assert used_names(slice_source(source, ["x"]), source)["torch.ones"] == ["a.ipynb", 2, 3]


def test_the_list_ends_somewhere() -> None:
    """An answer with thousands of names does not make the report grow with it."""
    text = "\n".join(f"a{index} = {index}" for index in range(2 * MAX_NAMES))
    assert len(names_in(f"{text}\nx = [{', '.join(f'a{index}' for index in range(2 * MAX_NAMES))}]", "x")) == MAX_NAMES
