"""A small vocabulary that stands in for judging's: rubric tests are about the format, not about what checks do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from grader.judging.checks.settings import CheckSettings
from grader.rubric import InvalidRubric, Rubric, Vocabulary, parse_rubric


class Recipe(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    optimizer: Literal["Adam", "SGD"] = "Adam"
    learning_rate: float = Field(default=1e-3, gt=0)
    seeds: tuple[int, ...] = (0, 1)


class ByVariant(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    full: float
    standin: float


class TrainingSettings(CheckSettings):
    data: str
    accuracy: float | ByVariant
    recipe: Recipe = Recipe()


@dataclass(frozen=True)
class Kind:
    Settings: type[CheckSettings]


def read_network(layers: Mapping[str, str], forward: str) -> object:
    for text in layers.values():
        if not text.endswith(")"):
            raise ValueError(f"`{text}` is not a layer.")
    for step in forward.split(" > "):
        if step not in {*layers, "relu", "flatten"}:
            raise ValueError(f"`{step}` is neither a layer nor a function.")
    return object()


@pytest.fixture
def vocabulary() -> Vocabulary:
    kinds = {
        "source": Kind(CheckSettings),
        "layers": Kind(CheckSettings),
        "forward": Kind(CheckSettings),
        "training": Kind(TrainingSettings),
    }
    return Vocabulary(kinds, read_network)


@pytest.fixture
def parse(vocabulary: Vocabulary) -> Callable[[str], Rubric]:
    return lambda text: parse_rubric(text, "net.yaml", vocabulary)


@pytest.fixture
def problems(parse: Callable[[str], Rubric]) -> Callable[[str], list[str]]:
    """The mistakes of a rubric, in English."""

    def problems(text: str) -> list[str]:
        with pytest.raises(InvalidRubric) as caught:
            parse(text)
        return caught.value.problems

    return problems
