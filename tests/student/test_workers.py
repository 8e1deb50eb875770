"""Where no process may be started, every DataLoader works without workers and the report says so."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from grader.student.execute import execute_all
from grader.student.source import read_source
from grader.student.workers import CAN_FORK, serve_without_workers
from grader.verdict import Finding

DATA = TensorDataset(torch.arange(6))


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DataLoader, "__init__", DataLoader.__init__)
    monkeypatch.setenv(CAN_FORK, "0")


def served(text: str) -> tuple[list[Finding], dict[str, object]]:
    source = read_source(text.encode(), "answer.py")
    notes = serve_without_workers(source)
    executed = execute_all(source, {"DATA": DATA, "DataLoader": DataLoader})
    assert executed.error is None, executed.error
    return notes, vars(executed.module)


@pytest.mark.parametrize(
    "arguments",
    [
        "DATA, 2, num_workers=2",
        "DATA, 2, False, None, None, 2",  # by position, as the signature has it
        "DATA, 2, num_workers=2, prefetch_factor=4, persistent_workers=True, timeout=3, multiprocessing_context='fork'",
        "DATA, batch_size=2, num_workers=2, worker_init_fn=print, pin_memory=False",
    ],
)
def test_arguments_that_need_workers_are_left_out(arguments: str) -> None:
    """The batches are the same, and the note names the line."""
    notes, names = served(f"\nloader = DataLoader({arguments})\nbatches = [batch[0].tolist() for batch in loader]")
    assert names["batches"] == [[0, 1], [2, 3], [4, 5]]
    assert [(note.message.args, str(note.location)) for note in notes] == [({"workers": "2"}, "answer.py:2")]
    assert all(notes[0].message.render(language) for language in ("en", "ko"))


def test_a_loader_without_workers_is_left_alone() -> None:
    """Nothing to say, also for one that is refused by itself."""
    notes, _ = served(
        "loader = DataLoader(DATA, 2, shuffle=True)\ntry:\n    DataLoader(DATA, 2, shuffle=1, sampler=1)\nexcept ValueError:\n    pass"
    )
    assert notes == []


def test_the_same_line_is_noted_once() -> None:
    """A loader made in a loop is one note."""
    notes, _ = served("for _ in range(5):\n    DataLoader(DATA, num_workers=3)")
    assert len(notes) == 1


def test_where_processes_may_be_started_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are the student's choice then."""
    monkeypatch.setenv(CAN_FORK, "1")
    before = DataLoader.__init__
    assert serve_without_workers(read_source(b"x = 1", "answer.py")) == [] and DataLoader.__init__ is before
