"""Daily stock prices: windows of past days, and the price of the day after each."""

from __future__ import annotations

import csv
import datetime
import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from grader.datasets.price_series import STANDIN, draw_prices
from grader.datasets.provider import Array, Arrays, Options, Provider, SourceFile
from grader.errors import DataUnavailable

TICKER = re.compile(r"\w[\w.^=-]*")  # becomes a file name: no slash, no leading dot


@dataclass(frozen=True)
class StockOptions:
    """What a rubric may choose."""

    ticker: str = "AMZN"
    target: str = "Close"
    window: int = 10  # days
    features: tuple[str, ...] = ("Open", "High", "Low", "Close", "Adj Close", "Volume")
    train_fraction: float = 0.8  # of the days, the first ones

    def __post_init__(self) -> None:
        """Refuse values that cannot be. Raises DataUnavailable."""
        whole = isinstance(self.window, int) and not isinstance(self.window, bool)
        _require(whole and self.window >= 1, "window", self.window)
        _require(isinstance(self.ticker, str) and bool(TICKER.fullmatch(self.ticker)), "ticker", self.ticker)
        _require(isinstance(self.target, str), "target", self.target)
        _require(_are_names(self.features), "features", self.features)
        object.__setattr__(self, "features", tuple(self.features))
        number = isinstance(self.train_fraction, float)
        _require(number and 0 < self.train_fraction < 1, "train_fraction", self.train_fraction)


class Stock(Provider):
    """Inputs float32 ``(N, window, features)``, targets float32 ``(N, 1)``, scaled to 0..1 over the training days.

    Other prices of the same ticker are as good as these, so no checksum is demanded of a file but the folder's own.
    """

    name = "stock"
    standin = STANDIN

    def options(self, given: Options) -> Options:
        """All `StockOptions`. Raises DataUnavailable for an unknown name or an impossible value."""
        known = [field.name for field in fields(StockOptions)]
        for option in given:
            if option not in known:
                raise DataUnavailable("datasets.unknown_option", name=self.name, option=option, known=", ".join(known))
        return asdict(StockOptions(**given))

    def files(self, options: Options) -> tuple[SourceFile, ...]:
        """The one file of the ticker."""
        return (SourceFile(f"stocks/{options['ticker']}.csv"),)

    def decode(self, folder: Path, options: Options) -> Arrays:
        """The windows of a file in the layout of a Yahoo or FinanceDataReader download."""
        chosen = StockOptions(**options)
        (file,) = self.files(options)
        wanted = list(dict.fromkeys([*chosen.features, chosen.target]))
        return windows(read_prices(folder / file.path, wanted), chosen)

    def generate(self, options: Options) -> Arrays:
        """Windows of a made-up series, the same one for every ticker."""
        return windows(draw_prices(), StockOptions(**options))


def read_prices(path: Path, columns: list[str]) -> dict[str, Array]:
    """These columns of a CSV file, each (days,) float64, in the order of the dates.

    Raises:
        ValueError: A date or a number is missing or is none; says on which line.
        DataUnavailable: There is no such column.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for column in ["Date", *columns]:
            if column not in (reader.fieldnames or ()):
                raise _no_column(column, list(reader.fieldnames or ()), path.name)
        rows = sorted((_read_row(row, columns, reader.line_num) for row in reader), key=lambda row: row[0])
    table = np.array([numbers for _, numbers in rows], np.float64).reshape(len(rows), len(columns))
    return {column: table[:, index] for index, column in enumerate(columns)}


def windows(prices: Mapping[str, Array], chosen: StockOptions) -> Arrays:
    """Training and test windows. A window ends the day before its target, and test targets are the later days.

    Windows for the first test days reach back into the training days; nothing of a later day enters an earlier window,
    for the scale too is that of the training days alone.

    Raises:
        DataUnavailable: There is no such column, or there are too few days for these windows.
    """
    for column in (*chosen.features, chosen.target):
        if column not in prices:
            raise _no_column(column, list(prices), chosen.ticker)
    target = prices[chosen.target]
    days, train_days = len(target), int(len(target) * chosen.train_fraction)
    if not chosen.window < train_days < days:
        raise DataUnavailable("datasets.too_few_days", name=chosen.ticker, days=days, window=chosen.window)

    features = np.stack([scaled(prices[column], train_days) for column in chosen.features], axis=1)  # (days, features)
    wanted = scaled(target, train_days)
    every = np.lib.stride_tricks.sliding_window_view(features[:-1], chosen.window, axis=0)  # (n, features, window)
    inputs = every.transpose(0, 2, 1).astype(np.float32)  # window i is days i … i + window - 1
    targets = wanted[chosen.window :, None].astype(np.float32)
    split = train_days - chosen.window  # the first window whose target is a held-out day
    change = np.diff(wanted)[train_days - 1 :]
    return Arrays(
        inputs[:split],
        targets[:split],
        inputs[split:],
        targets[split:],
        input_shape=(chosen.window, len(chosen.features)),
        baseline=float(np.sqrt(np.mean(change**2))),
    )


def scaled(column: Array, train_days: int) -> Array:
    """The column with the range of its first `train_days` mapped to 0..1; a constant column becomes 0 there."""
    low, high = column[:train_days].min(), column[:train_days].max()
    result: Array = (column - low) / ((high - low) or 1.0)
    return result


def _read_row(row: Mapping[str, str | None], columns: list[str], line: int) -> tuple[datetime.date, list[float]]:
    try:
        numbers = [float(row[column] or "") for column in columns]
        if not all(map(math.isfinite, numbers)):
            raise ValueError("not finite")
        return datetime.date.fromisoformat(row["Date"] or ""), numbers
    except ValueError as error:
        raise ValueError(f"line {line}: {error}") from None


def _no_column(column: str, known: list[str], place: str) -> DataUnavailable:
    near = difflib.get_close_matches(column, known, n=1, cutoff=0.0) or known
    return DataUnavailable("datasets.no_column", column=column, near=", ".join(near), file=place)


def _are_names(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(name, str) for name in value)


def _require(holds: bool, option: str, value: object) -> None:
    if not holds:
        raise DataUnavailable("datasets.bad_option", name="stock", option=option, value=repr(value))
