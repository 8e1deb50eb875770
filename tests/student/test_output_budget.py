"""Output is kept as far as it fits, and what is dropped is said once a cell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.student.output_budget import OutputBudget


@given(st.lists(st.tuples(st.integers(1, 4), st.text(max_size=30)), max_size=40))
def test_no_cell_and_no_notebook_prints_more_than_its_share(writes: list[tuple[int, str]]) -> None:
    """Whatever is written in whatever order; and as long as there is room, everything is kept."""
    budget = OutputBudget(cell_characters=50, all_characters=120)
    written, kept = 0, dict.fromkeys(range(1, 5), 0)
    for cell, text in sorted(writes, key=lambda write: write[0]):
        if cell != budget.cell:
            budget.begin(cell)
        before = set(budget.clipped_cells)
        out = budget.clip(text)
        written += len(text)
        if set(budget.clipped_cells) == before and cell not in before:
            assert out == text
            kept[cell] += len(out)
    assert all(count <= 50 for count in kept.values()) and sum(kept.values()) <= 120
    assert written > 50 or not budget.clipped_cells


def test_the_notice_comes_once_a_cell_in_both_languages() -> None:
    """After as much of the text as fits."""
    budget = OutputBudget(cell_characters=3)
    budget.begin(7)
    first = budget.clip("abcdef")
    assert first.startswith("abc\n[Too much output") and "생략" in first
    assert budget.clip("more") == "" and budget.clipped_cells == [7]
    budget.begin(8)
    assert budget.clip("abc") == "abc"


def test_messages_are_counted_however_small() -> None:
    """A million empty ones fill memory, too; what does not fit whole is not sent."""
    budget = OutputBudget(cell_characters=10, all_messages=2)
    assert not budget.admits(11)
    assert budget.admits(0) and budget.admits(10) and not budget.admits(0)
