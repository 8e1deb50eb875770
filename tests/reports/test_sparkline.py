"""A curve in one line."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from grader.reports.sparkline import LEVELS, NOT_FINITE, sparkline


def test_high_is_high_and_low_is_low() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == LEVELS
    assert sparkline([3.0, 3.0]) == "▁▁"
    assert sparkline([]) == ""


def test_what_is_not_finite_is_marked() -> None:
    assert sparkline([1.0, math.nan, 0.0, math.inf]) == "█×▁×"


@given(st.lists(st.floats()), st.integers(1, 80))
def test_any_series_fits_the_width(values: list[float], width: int) -> None:
    drawn = sparkline(values, width)
    assert len(drawn) == min(len(values), width) and set(drawn) <= {*LEVELS, NOT_FINITE}
