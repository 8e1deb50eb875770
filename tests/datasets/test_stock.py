"""Stock windows: what is in them, and that no later day ever is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.datasets import open_dataset
from grader.datasets.price_series import draw_prices
from grader.datasets.stock import StockOptions, windows
from grader.errors import DataUnavailable


def write_csv(folder: Path, text: str, ticker: str = "AMZN") -> None:
    (folder / "stocks").mkdir()
    (folder / "stocks" / f"{ticker}.csv").write_text(text)


def test_real_windows(real_data: Path) -> None:
    data = open_dataset("stock", "real")
    assert (data.variant, data.task, data.input_shape, data.scale) == ("full", "regression", (10, 6), 1.0)
    assert (data.train_inputs.shape, data.train_inputs.dtype) == ((190, 10, 6), "float32")
    assert (data.train_targets.shape, data.train_targets.dtype) == ((190, 1), "float32")
    assert data.test_inputs.shape == (51, 10, 6)
    assert data.classes == ()
    inputs, targets = data.train_inputs.load(), data.train_targets.load()
    assert inputs.min() == 0 and inputs.max() == 1
    assert np.array_equal(targets[:-10, 0], inputs[10:, 0, 3])  # a target is the Close that leads a later window


def test_baseline_is_the_error_of_yesterdays_price(real_data: Path) -> None:
    data = open_dataset("stock", "real")
    error = data.test_inputs.load()[:, -1, 3] - data.held_out_targets()[:, 0]
    assert data.baseline == pytest.approx(np.sqrt(np.mean(np.square(error))), rel=1e-5)


def test_other_ticker_and_columns(real_data: Path) -> None:
    options = {"ticker": "005930", "features": ["Open", "High", "Low", "Volume"], "window": 30}
    data = open_dataset("stock", "real", options)
    assert data.input_shape == (30, 4)
    assert data.digest != open_dataset("stock", "real").digest


def test_rows_are_put_in_the_order_of_their_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"2024-01-{day:02},{day}" for day in range(1, 21)]
    write_csv(tmp_path, "\n".join(["Date,Close", *reversed(rows)]))
    monkeypatch.setenv("GRADER_DATA", str(tmp_path))
    data = open_dataset("stock", "real", {"features": ["Close"], "window": 2})
    assert np.all(np.diff(data.train_targets.load(), axis=0) > 0)
    assert data.baseline == pytest.approx(1 / 15)


@pytest.mark.parametrize("row", ["2024-01-02,null", "2024-01-02,", "yesterday,3", "2024-01-02", "2024-01-02,inf"])
def test_row_without_a_number_is_named_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    write_csv(tmp_path, f"Date,Close\n2024-01-01,3\n{row}\n")
    monkeypatch.setenv("GRADER_DATA", str(tmp_path))
    with pytest.raises(DataUnavailable, match="line 3"):
        open_dataset("stock", "real", {"features": ["Close"]})


def test_absent_column_is_answered_with_the_nearest(real_data: Path) -> None:
    for source in ("real", "standin"):
        with pytest.raises(DataUnavailable, match="Close"):
            open_dataset("stock", source, {"target": "close"})


@pytest.mark.parametrize(
    "options",
    [
        {"ticker": "../AMZN"},
        {"window": 0},
        {"window": 2.5},
        {"window": True},
        {"train_fraction": 1.0},
        {"train_fraction": "most"},
        {"features": []},
        {"features": "Close"},
        {"ticket": "AMZN"},
    ],
)
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(DataUnavailable, match=next(iter(options))):
        open_dataset("stock", "standin", options)


def test_series_too_short_for_the_window() -> None:
    with pytest.raises(DataUnavailable, match="too few"):
        open_dataset("stock", "standin", {"window": 201})


def test_standin_is_the_same_everywhere_and_for_every_ticker() -> None:
    assert open_dataset("stock", "standin").digest[:8] == STOCK_STANDIN
    assert open_dataset("stock", "standin", {"ticker": "TSLA"}).digest[:8] == STOCK_STANDIN


@settings(max_examples=60, deadline=None)
@given(day=st.integers(0, 250), window=st.integers(1, 40), fraction=st.floats(0.3, 0.9))
def test_a_later_day_never_changes_an_earlier_window(day: int, window: int, fraction: float) -> None:
    """Change one held-out day: training is untouched, and so is every test window whose days come before it."""
    chosen = StockOptions(window=window, train_fraction=fraction)
    train_days = int(251 * fraction)
    day = max(day, train_days)
    prices = draw_prices()
    before = windows(prices, chosen)
    after = windows(
        {name: np.where(np.arange(251) == day, column * 3, column) for name, column in prices.items()}, chosen
    )

    assert np.array_equal(before.train_inputs, after.train_inputs)
    assert np.array_equal(before.train_targets, after.train_targets)
    for index in range(len(before.test_inputs)):
        target_day = train_days + index
        same_inputs = np.array_equal(before.test_inputs[index], after.test_inputs[index])
        assert same_inputs == (not target_day - window <= day < target_day)
        assert np.array_equal(before.test_targets[index], after.test_targets[index]) == (day != target_day)


STOCK_STANDIN = "b345c0f4"
