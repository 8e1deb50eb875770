"""Certifying 95% on MNIST with the solution of cnn_mnist_channels, against the way of the course documents.

Ours is a whole `grade`: new processes, every check, training, the full test set. Theirs is 15 epochs of the eager module
over torchvision's MNIST with ToTensor in a DataLoader of batches of 100, with Adam, and no evaluation; a part of an epoch
is measured, half before and half after ours, and scaled.
"""

from __future__ import annotations

import itertools
import sys
import time
from typing import Any

from solution import network
from timing import CORES, ROOT, Row, show, use_two_cores

from grader.datasets import torchvision_root
from grader.exercises import find_course
from grader.grading import Options, grade
from grader.submissions import find_submission

EXERCISE = "cnn_mnist_channels"
EPOCHS, BATCH = 15, 100
STEPS, WARM_UP = 60, 5
LIMIT = 1 / 40


def measure() -> list[Row]:
    """One row: seconds of ours against seconds of theirs."""
    theirs = Documents()
    before = theirs.seconds_per_step()
    ours = _certify()
    after = theirs.seconds_per_step()
    whole = (before + after) / 2 * theirs.steps_per_epoch * EPOCHS
    return [Row("certifying 95% on MNIST against 15 epochs of the documents", ours, whole, LIMIT)]


def _certify() -> float:
    exercise = find_course(ROOT).exercise(EXERCISE)
    assert exercise.solution is not None
    started = time.perf_counter()
    report = grade(find_submission(exercise.solution), exercise, Options(data="real", device="cpu"))
    seconds = time.perf_counter() - started
    assert report.points == report.max_points, report.verdicts
    return seconds


class Documents:
    """The training loop of the course documents."""

    def __init__(self) -> None:
        import torch
        from torch.utils.data import DataLoader
        from torchvision.datasets import MNIST
        from torchvision.transforms import ToTensor

        torch.set_num_threads(CORES)
        torch.manual_seed(0)
        root = torchvision_root(("mnist",))
        if root is None:
            sys.exit("needs the real MNIST: set $GRADER_DATA or run `grader data fetch mnist`")
        self.loader = DataLoader(MNIST(root, train=True, transform=ToTensor()), BATCH, shuffle=True, drop_last=True)
        self.model = network(EXERCISE).train()
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.001)

    @property
    def steps_per_epoch(self) -> int:
        """Batches of one epoch."""
        return len(self.loader)

    def seconds_per_step(self) -> float:
        """Mean over some steps of one epoch, loading included."""
        batches = iter(self.loader)
        self._train(itertools.islice(batches, WARM_UP))
        started = time.perf_counter()
        self._train(itertools.islice(batches, STEPS))
        return (time.perf_counter() - started) / STEPS

    def _train(self, batches: Any) -> None:
        for images, labels in batches:
            self.optimizer.zero_grad()
            cost = self.loss(self.model(images), labels)
            cost.backward()
            self.optimizer.step()


if __name__ == "__main__":
    use_two_cores()
    show(measure())
