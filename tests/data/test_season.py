"""Season: the calendar's first, then what comes back, and none where there is none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.panel import Panel
from seqforecast.data.season import calendar_season, calendar_seasons, infer_season


@pytest.mark.parametrize(
    ("alias", "season"),
    [
        *(("s", 60), ("30s", 2), ("min", 1440), ("15min", 96), ("h", 24)),
        *(("60min", 24), ("3600s", 24), ("60s", 1440), ("90min", 16), ("1000ms", 60)),
        *(("D", 7), ("24h", 7), ("1440min", 7), ("86400s", 7), ("2D", None)),
        *(("48h", None), ("B", 5), ("C", 5), ("W-MON", 52), ("2W-MON", 26)),
        *(("7D", 52), ("168h", 52), ("14D", 26), ("30D", None), ("SMS-15", 24)),
        *(("MS", 12), ("ME", 12), ("BME", 12), ("CBMS", 12), ("2MS", 6)),
        *(("WOM-3FRI", 12), ("LWOM-FRI", 12), ("QS-FEB", 4), ("QE", 4)),
        *(("REQ-N-DEC-MON-1", 4), ("HYS", 2), ("YS", None), ("RE-L-JAN-SAT", None)),
        *(("5h", None), ("12MS", None), ("ms", None), ("90s", None), ("bh", None)),
    ],
)
def test_the_calendar_gives_the_season(alias: str, season: int | None) -> None:
    """Broken on purpose: lengths in their own unit; 24h had none."""
    assert calendar_season(alias) == season


@pytest.mark.parametrize(
    ("alias", "seasons"),
    [
        *(("h", (24, 168)), ("15min", (96, 672)), ("min", (1440, 10_080))),
        *(("s", (60, 3600)), ("D", (7,)), ("24h", (7,)), ("MS", (12,)), ("YS", ())),
    ],
)
def test_hours_have_a_week_beside_their_day(
    alias: str, seasons: tuple[int, ...]
) -> None:
    assert calendar_seasons(alias) == seasons


def panel_of(values: np.ndarray, frequency: str | int = 1) -> Panel:
    """Return a panel of equally long series, shape (series, steps)."""
    size, steps = values.shape
    return Panel(
        values=values.astype(np.float32).ravel(),
        offsets=np.arange(size + 1) * steps,
        ids=tuple(f"s{i}" for i in range(size)),
        first_steps=np.zeros(size, np.int64),
        origin=1 if isinstance(frequency, int) else pd.Timestamp("2000-01-01"),
        frequency=frequency,
        season=None,
        sha256="",
    )


def season_of(values: np.ndarray, frequency: str | int = 1) -> int | None:
    stops = np.full(len(values), values.shape[1])
    return infer_season(panel_of(values, frequency), stops)


def wave(period: int, steps: int, seed: int = 0) -> np.ndarray:
    """Return a trend, a pattern that repeats, and noise; shape (1, steps)."""
    random = np.random.default_rng(seed)
    pattern = random.standard_normal(period).cumsum()
    t = np.arange(steps)
    noise = 0.3 * random.standard_normal(steps)
    return (100 + 0.5 * t + 3 * pattern[t % period] + noise)[np.newaxis]


def sine(period: float, steps: int, seed: int, noise: float = 1.0) -> np.ndarray:
    """Return a trend, a sine of amplitude 1, and noise; shape (1, steps)."""
    random = np.random.default_rng(seed)
    t = np.arange(steps)
    level = 100 + 8 * t / steps + noise * random.standard_normal(steps)
    return (level + np.sin(2 * np.pi * t / period + seed))[np.newaxis]


# Steps at which a sine no larger than the noise is found in 95 of 100 series.
CALENDAR = [
    *(("h", 24, 120), ("15min", 96, 288), ("D", 7, 70), ("B", 5, 60)),
    *(("W-FRI", 52, 156), ("MS", 12, 72), ("QS-JAN", 4, 60)),
]


@pytest.mark.parametrize(("alias", "period", "steps"), CALENDAR)
def test_a_sine_as_large_as_the_noise_is_found_beside_a_trend(
    alias: str, period: int, steps: int
) -> None:
    """Broken on purpose: differences tested in place of levels; 52 was never found."""
    found = [season_of(sine(period, steps, seed), alias) for seed in range(40)]
    assert found.count(period) >= 38


@pytest.mark.parametrize("alias", ["h", "D", "B", "W-FRI", "MS", "QS-JAN", 1])
def test_walks_trends_and_noise_have_no_season(alias: str | int) -> None:
    """Of 100 at most five; noise, walks, steps, and trends that bend."""
    found = []
    for seed in range(25):
        random = np.random.default_rng(seed)
        steps = int(random.integers(160, 400))
        noise = random.standard_normal(steps)
        t = np.arange(steps) / steps
        made = [noise, noise.cumsum(), 5 * (t > 0.4) + noise, np.exp(3 * t) + noise / 5]
        found += [season_of(values[np.newaxis], alias) for values in made]
    assert sum(season is not None for season in found) <= 5


def test_prices_of_business_days_have_neither_a_week_nor_a_year() -> None:
    """260 business days a year are the counter-example of autocorrelation."""
    random = np.random.default_rng(0)
    prices = 50 * np.exp(0.02 * random.standard_normal((40, 700)).cumsum(axis=1))
    found = [season_of(price[np.newaxis], "B") for price in prices]
    assert sum(season is not None for season in found) <= 2


@pytest.mark.parametrize(
    ("alias", "period", "steps", "why"),
    [
        ("W-FRI", 52, 109, "two seasons and a trend"),
        ("W-FRI", 52, 84, "a season and a half"),
        ("MS", 12, 30, "two and a half"),
        ("QS-OCT", 4, 20, "five short ones"),
    ],
)
def test_few_seasons_are_enough_where_there_is_little_noise(
    alias: str, period: int, steps: int, why: str
) -> None:
    assert season_of(sine(period, steps, 0, noise=0.05), alias) == period, why


def test_outliers_hide_no_season() -> None:
    """Page views: broken on purpose, without normal scores; 1 of 10 was found."""
    random = np.random.default_rng(3)
    t = np.arange(400)
    pattern = np.array([1, 1.1, 1.2, 1.1, 1, 0.6, 0.5])[t % 7]
    noise = np.exp(0.2 * random.standard_normal((10, 400)))
    spikes = 1 + 100 * (random.random((10, 400)) < 0.01)
    views = 1000 * pattern * noise * spikes
    found = [season_of(view[np.newaxis], "D") for view in views]
    assert found.count(7) >= 9
    assert season_of(views, "D") == 7


def test_a_week_is_found_in_hours_without_a_day() -> None:
    t = np.arange(3000)
    weekend = (t // 24 % 7 >= 5) * 5.0
    noise = np.random.default_rng(0).standard_normal(len(t))
    assert season_of((weekend + noise)[np.newaxis], "h") == 168


@pytest.mark.parametrize("alias", ["W-FRI", "YS-JAN", 1])
def test_another_season_than_the_calendars_is_found(alias: str | int) -> None:
    assert season_of(sine(10, 300, 0, noise=0.3), alias) == 10


def test_a_year_of_days_is_none() -> None:
    """It is too long for a lookback; `data.calendar: [yearday]` gives it."""
    assert season_of(sine(365.25, 2000, 0, noise=0.3), "D") is None


@pytest.mark.parametrize("period", [4, 7, 12, 24, 52, 168])
def test_a_pattern_that_repeats_is_found_beside_a_trend(period: int) -> None:
    """Broken on purpose: no differences taken; the trend hid every season."""
    assert season_of(wave(period, 8 * period + 20)) == period


def test_a_smooth_wave_with_noise_is_found() -> None:
    random = np.random.default_rng(0)
    t = np.arange(2000)
    values = np.sin(2 * np.pi * t / 24) + 0.1 * random.standard_normal((5, 2000))
    assert season_of(values) == 24


def test_whole_numbers_of_random_walks_and_noise_have_no_season() -> None:
    """At most 1 % of single series may show one.

    Broken on purpose: quantile 0.5 in place of the shared level; over 200 found one.
    """
    found = []
    for seed in range(80):
        random = np.random.default_rng(seed)
        noise = random.standard_normal((1, int(random.integers(20, 1500))))
        found += [season_of(noise), season_of(noise.cumsum(axis=1))]
    assert sum(season is not None for season in found) <= 2


@pytest.mark.parametrize("frequency", [1, "MS", "D"])
@pytest.mark.parametrize("slope", [0.0, 0.1, 1 / 3])
def test_a_straight_line_has_no_season(slope: float, frequency: str | int) -> None:
    line = 5 + slope * np.arange(500.0)[np.newaxis]
    assert season_of(line, frequency) is None


@pytest.mark.parametrize("frequency", [1, "D"])
def test_the_majority_of_series_decides(frequency: str | int) -> None:
    walk = np.random.default_rng(0).standard_normal((1, 200)).cumsum(axis=1)
    season = [wave(7, 200, seed) for seed in range(3)]
    assert season_of(np.concatenate([*season, walk]), frequency) == 7
    assert season_of(np.concatenate([season[0], walk, walk, walk]), frequency) is None


def test_series_too_short_to_tell_have_no_vote() -> None:
    """Broken on purpose: they counted; a panel of young shops had no season."""
    panel = panel_of(sine(52, 400, 0, noise=0.3).repeat(5, axis=0), "W-SUN")
    assert infer_season(panel, np.array([400, 60, 60, 60, 60])) == 52
    assert infer_season(panel, np.array([0, 60, 60, 60, 60])) is None


@given(
    stop=st.integers(0, 200),
    seed=st.integers(0, 50),
    frequency=st.sampled_from([1, "MS"]),
)
def test_nothing_after_the_stop_influences_the_season(
    stop: int, seed: int, frequency: str | int
) -> None:
    """Broken on purpose: the stop left out; the other season was found."""
    first, second = wave(12, 200), wave(12, 200)
    second[:, stop:] = wave(7, 200, seed)[:, stop:] * 50
    stops = np.array([stop])
    found = infer_season(panel_of(first, frequency), stops)
    assert infer_season(panel_of(second, frequency), stops) == found
