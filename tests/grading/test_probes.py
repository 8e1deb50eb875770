"""Probes are fresh for every grading, can be repeated, and do not give each other away."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from networks import gathered, net

from grader.exercises import find_course
from grader.grading import gather, reference, stages
from grader.grading.options import Options
from grader.grading.probes import SEED_BITS, Probes, Purpose, draw_probes
from grader.sandbox import Limits, open_sandbox

ROOT = Path(__file__).parents[2]

RUBRIC = """
exercise: small
title: {ko: "작은 망", en: "A small network"}
target: Net
input: [batch, 12]
network:
  fc1: Linear(12, 8)
  fc2: Linear(8, 3)
  forward: fc1 > relu > fc2
checks: {shapes: 1, forward: 1, gradients: 1}
"""
NET = net("self.fc1 = nn.Linear(12, 8)\nself.fc2 = nn.Linear(8, 3)", "return self.fc2(F.relu(self.fc1(x)))")


def test_each_grading_draws_its_own_unless_told() -> None:
    """A seed that was named is taken as it is, 0 included."""
    assert len({draw_probes(None).seed for _ in range(20)}) == 20
    assert draw_probes(0) == Probes(0) and draw_probes(7) == Probes(7)


def test_purposes_have_different_seeds_that_every_generator_takes() -> None:
    """Whole numbers below 2**48, the same ones for the same seed; neighbouring seeds share none."""
    seeds = [Probes(seed)[purpose] for seed in range(20) for purpose in get_args(Purpose)]
    assert len(set(seeds)) == len(seeds) and all(0 <= seed < 2**SEED_BITS for seed in seeds)
    assert Probes(3)["forward"] == Probes(3)["forward"]


@pytest.mark.parametrize(
    ("options", "seed"),
    [(Options(seed=5), 5), (Options(probe_seed=6), 6), (Options(seed=5, probe_seed=6), 6), (Options(seed=0), 0)],
)
def test_a_named_probe_seed_goes_before_the_seed(options: Options, seed: int) -> None:
    """Without either it is fresh."""
    assert draw_probes(options.seed if options.probe_seed is None else options.probe_seed).seed == seed


def test_two_gradings_are_alike_in_all_but_the_probes(tmp_path: Path) -> None:
    """Other inputs and weights, the same shapes and the same model; with the same probes everything is the same."""
    folders = [tmp_path / name for name in "abcd"]
    for folder in folders:
        folder.mkdir()
    first, second = (gathered(NET, RUBRIC, folder) for folder in folders[:2])
    assert first.probes != second.probes
    forwards = [one.case.evidence.forward for one in (first, second)]
    assert not np.array_equal(forwards[0].expected, forwards[1].expected)  # type: ignore[union-attr, arg-type]
    for one in (first, second):
        np.testing.assert_allclose(one.case.evidence.forward.found, one.case.evidence.forward.expected, 1e-4, 1e-5)  # type: ignore[union-attr, arg-type]
    assert first.case.evidence.facts == second.case.evidence.facts
    for key, array in first.captured.tensors.items():
        np.testing.assert_array_equal(array, second.captured.tensors[key])
    repeated = [
        gathered(NET, RUBRIC, folder, Options(training=False, device="cpu", probe_seed=9)) for folder in folders[2:]
    ]
    assert repeated[0].case.evidence.gradients == repeated[1].case.evidence.gradients


def test_the_student_child_is_told_the_seed_of_its_own_inputs_only(tmp_path: Path) -> None:
    """From that one it cannot compute what `forward` will be tried with."""
    gathering = gathered(NET, RUBRIC, tmp_path)
    request = stages.capture_request(gathering.exercise, 0, gathering.probes)
    known = {value for value in request.values() if isinstance(value, int)}
    assert known == {0, gathering.probes["capture"]}
    assert not known & {gathering.probes.seed, gathering.probes["forward"], gathering.probes["gradients"]}


def test_a_layer_that_is_inactive_by_chance_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient of exactly zero may be the probe's doing; one that is missing is not."""
    answers: list[dict[str, float | None]] = [{"a": 0.0, "b": None}, {"a": 0.5, "b": None}, {"a": 9.0, "b": None}]
    asked: list[Any] = []

    def gradients(child: Any, expected: Any, seed: int) -> dict[str, float | None]:
        asked.append(seed)
        return answers[len(asked) - 1]

    monkeypatch.setattr(gather.stages, "gradients", gradients)
    gathering = gathered(NET, RUBRIC, tmp_path)
    assert gathering.case.evidence.gradients == {"a": 0.5, "b": None}
    assert asked == [gathering.probes["gradients"], gathering.probes["gradients"] + 1]


@pytest.mark.slow
def test_weights_are_drawn_until_the_output_tells_of_a_last_activation() -> None:
    expected = stages.expectation(find_course(ROOT).exercise("rnn_stock"))
    with open_sandbox() as sandbox:
        for seed in range(8):
            with reference.PendingReference(sandbox, expected, seed, Limits()) as pending:
                output = pending.result().output
            assert output.min() < 0 < output.max()


def test_many_outputs_of_one_sign_are_the_networks_way() -> None:
    assert reference.is_telling(np.ones((4, 10))) and not reference.is_telling(np.ones((4, 1)))
    assert reference.is_telling(np.array([[1.0], [-1.0]]))
