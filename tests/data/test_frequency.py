"""Frequency: found in spite of gaps."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.data.grid.first_pass import look_over
from seqforecast.data.grid.grid import Grid, lay_grid
from seqforecast.data.grid.records import Batch, Records

ALIASES = [
    *("s", "10s", "min", "15min", "90min", "h", "2h", "D", "4D", "B"),
    *("W-MON", "W-SUN", "2W-WED", "MS", "ME", "2MS", "6ME", "BMS", "BME"),
    *("QS-JAN", "QS-FEB", "QE-DEC", "QE-NOV", "YS-JAN", "YS-JUL", "YE-DEC", "2YS-JAN"),
]


def lay(dates: pd.DatetimeIndex, *, copies: int = 1) -> Grid:
    """Return the grid found for the same dates in one or more series."""
    ticks = np.tile(dates.to_numpy().astype("datetime64[us]").astype(np.int64), copies)
    groups = np.repeat(np.arange(copies), len(dates))
    batch = Batch(0, groups, ticks, 0, np.ones((1, len(ticks))))
    observed = Records(
        file="data.csv",
        where=lambda record: f"line {record + 2}",
        dated=True,
        ids=tuple(f"s{i}" for i in range(copies)),
        wide=False,
        times=lambda: iter([batch]),
        values=lambda: iter([batch]),
    )
    return lay_grid(observed, look_over(observed), "auto")


@pytest.mark.parametrize("start", ["2019-03-05", "2020-02-29 06:00"])
@pytest.mark.parametrize("alias", ALIASES)
def test_each_alias_is_found_in_dates_with_gaps(alias: str, start: str) -> None:
    """Broken on purpose: weeks without their weekday; the W- cases failed."""
    grid = pd.date_range(start, periods=40, freq=alias)
    kept = np.delete(np.arange(40), [7, 8, 9, 20, 21])
    laid = lay(grid[kept], copies=2)
    assert laid.frequency == alias
    assert laid.origin == grid[0]
    times = grid[kept].to_numpy().astype("datetime64[us]").astype(np.int64)
    np.testing.assert_array_equal(laid.steps(times), kept)
    assert [laid.stamp(step) for step in (0, 8, 39)] == [grid[0], grid[8], grid[39]]


def test_two_stamps_are_enough() -> None:
    dates = pd.DatetimeIndex(["2020-01-01", "2020-02-01"])
    assert lay(dates).frequency == "MS"


def test_days_without_a_weekend_inside_are_days() -> None:
    dates = pd.date_range("2020-01-06", periods=5, freq="D")
    assert lay(dates).frequency == "D"
