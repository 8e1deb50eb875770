"""Shapes at some batch sizes become one text for any batch size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judging.dimensions import symbolic


@pytest.mark.parametrize(
    ("shapes", "batches", "text"),
    [
        ([(2, 32, 28, 28), (5, 32, 28, 28)], [2, 5], "(N, 32, 28, 28)"),
        ([(2,), (5,)], [2, 5], "(N,)"),
        ([(6, 4), (15, 4)], [2, 5], "(3·N, 4)"),
        ([(10, 2, 6), (10, 5, 6)], [2, 5], "(10, N, 6)"),
        ([(2, 2), (5, 2)], [2, 5], "(N, 2)"),
        ([(2, 3), (5, 7)], [2, 5], "(N, 3|7)"),
        ([(2, 3), (5,)], [2, 5], "(2, 3) / (5)"),
        ([(), ()], [2, 5], "()"),
        ([(2, 10)], [2], "(N, 10)"),
        ([(3, 10)], [2], "(3, 10)"),
        ([], [2, 5], "?"),
        ([(3,)], [0], "(3,)"),
        ([(0,)], [0], "(0,)"),
    ],
)
def test_sizes_that_grow_with_the_batch_are_written_n(
    shapes: list[tuple[int, ...]], batches: list[int], text: str
) -> None:
    """Multiples say their factor; what follows no rule is shown as it was."""
    assert symbolic(shapes, batches) == text


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 2**40), max_size=4), max_size=3),
    st.lists(st.integers(0, 9), min_size=1, max_size=3),
)
def test_any_shapes_have_a_text(shapes: list[list[int]], batches: list[int]) -> None:
    """Shapes and batch sizes may be claims: whatever they say, they can be shown."""
    assert symbolic(shapes, batches)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=4),
    st.lists(st.integers(1, 64), min_size=2, max_size=3, unique=True),
)
def test_only_the_batch_varies(sample: list[int], batches: list[int]) -> None:
    """A batch of samples reads as N before the sample's own shape, whatever sizes were tried."""
    assert symbolic([(batch, *sample) for batch in batches], batches) == f"({', '.join(['N', *map(str, sample)])})"
