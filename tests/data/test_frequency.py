"""Frequency and season: found in spite of gaps, and not where there is none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.grid.first_pass import look_over
from seqforecast.data.grid.grid import Grid, lay_grid
from seqforecast.data.grid.records import Batch, Records
from seqforecast.data.panel import Panel
from seqforecast.data.season import calendar_season, infer_season

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


@pytest.mark.parametrize(
    ("alias", "season"),
    [
        *(
            ("s", 60),
            ("30s", 2),
            ("min", 1440),
            ("15min", 96),
            ("h", 24),
            ("60min", 24),
        ),
        *(("D", 7), ("2D", None), ("B", 5), ("W-MON", 52), ("2W-MON", 26), ("MS", 12)),
        *(("ME", 12), ("BME", 12), ("2MS", 6), ("QS-FEB", 4), ("QE", 4), ("YS", None)),
        *(("5h", None), ("12MS", None), ("ms", None)),
    ],
)
def test_the_calendar_gives_the_season(alias: str, season: int | None) -> None:
    assert calendar_season(alias) == season


def panel_of(values: np.ndarray) -> Panel:
    """Return a panel of equally long series, shape (series, steps)."""
    size, steps = values.shape
    return Panel(
        values=values.astype(np.float32).ravel(),
        offsets=np.arange(size + 1) * steps,
        ids=tuple(f"s{i}" for i in range(size)),
        first_steps=np.zeros(size, np.int64),
        origin=1,
        frequency=1,
        season=None,
        sha256="",
    )


def season_of(values: np.ndarray) -> int | None:
    return infer_season(panel_of(values), np.full(len(values), values.shape[1]))


def wave(period: int, steps: int, seed: int = 0) -> np.ndarray:
    """Return a trend, a pattern that repeats, and noise; shape (1, steps)."""
    random = np.random.default_rng(seed)
    pattern = random.standard_normal(period).cumsum()
    t = np.arange(steps)
    noise = 0.3 * random.standard_normal(steps)
    return (100 + 0.5 * t + 3 * pattern[t % period] + noise)[np.newaxis]


@pytest.mark.parametrize("period", [4, 7, 12, 24, 52, 168])
def test_a_pattern_that_repeats_is_found_beside_a_trend(period: int) -> None:
    """Broken on purpose: no differences taken; the trend hid every season."""
    assert season_of(wave(period, 8 * period + 20)) == period


def test_a_smooth_wave_with_noise_is_found() -> None:
    random = np.random.default_rng(0)
    t = np.arange(2000)
    values = np.sin(2 * np.pi * t / 24) + 0.1 * random.standard_normal((5, 2000))
    assert season_of(values) == 24


def test_random_walks_and_noise_have_no_season() -> None:
    """At most 1 % of single series may show one, the level of `infer_season`.

    Broken on purpose: quantile 0.5 in place of the shared level; over 200 found one.
    """
    found = []
    for seed in range(300):
        random = np.random.default_rng(seed)
        noise = random.standard_normal((1, int(random.integers(20, 1500))))
        found += [season_of(noise), season_of(noise.cumsum(axis=1))]
    assert sum(season is not None for season in found) <= 6


@pytest.mark.parametrize("slope", [0.0, 0.1, 1 / 3])
def test_a_straight_line_has_no_season(slope: float) -> None:
    assert season_of(5 + slope * np.arange(500.0)[np.newaxis]) is None


def test_the_majority_of_series_decides() -> None:
    walk = np.random.default_rng(0).standard_normal((1, 200)).cumsum(axis=1)
    season = [wave(7, 200, seed) for seed in range(3)]
    assert season_of(np.concatenate([*season, walk])) == 7
    assert season_of(np.concatenate([season[0], walk, walk, walk])) is None


@given(stop=st.integers(0, 200), seed=st.integers(0, 50))
def test_nothing_after_the_stop_influences_the_season(stop: int, seed: int) -> None:
    """Broken on purpose: the stop left out; the other season was found."""
    first, second = wave(12, 200), wave(12, 200)
    second[:, stop:] = wave(7, 200, seed)[:, stop:] * 50
    stops = np.array([stop])
    found = infer_season(panel_of(first), stops)
    assert infer_season(panel_of(second), stops) == found
