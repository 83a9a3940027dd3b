"""Seasonality: how likely chance alone would show so much of a season."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray

Doubles = NDArray[np.float64]

MOST_LAGS = 10  # of the autoregression that noise is taken for
LAG_PER_STEPS = 15  # one lag for so many steps
WAVES = (1, 2, 3)  # with so many harmonics; and with a level for each place
TREND = 3  # columns: a constant, a slope, a bend
FEWEST_FREE = 3  # degrees of freedom
EXACT = 1e-9  # share of the variance below which rounding is all that is left
SMALLEST, LARGEST = 1e-300, 0.99
SEVERAL = 3  # seasons, from which on a slow wave and a trend can be told apart


def chance_of_season(values: FloatArray, season: int) -> float:
    """Return the p-value of a season, from 0 to 1; 1 where nothing can be said.

    A series is taken for a trend of second degree, a pattern that repeats, and
    autoregressive noise, random walks among it. The pattern is one, two or three
    waves, or a level for each place in the season. Each is an F test against the same
    noise without a pattern, whatever the order of the noise, up to ten lags: the
    largest p-value counts, for a smooth trend is noise of some order. The tests are
    made of the values and of their normal scores, in which outliers hide no season
    (van der Waerden, 1952), and their p-values are put together as Liu and Xie do
    (Cauchy combination test, 2020), which holds for tests that depend on each other.

    Args:
        values: shape (steps,), finite.
        season: steps in one, at least 2.
    """
    series = np.asarray(values, dtype=np.float64)
    if len(series) < 2 or (spread := series.std()) == 0:
        return 1.0
    # Below this a straight line in float32 shows the pattern of its own rounding.
    if np.diff(series).std() <= 1e-6 * np.abs(series).max():
        return 1.0
    plain = (series - series.mean()) / spread
    found = [*_p_values(plain, season), *_p_values(normal_scores(series), season)]
    return together(np.array(found)) if found else 1.0


def normal_scores(values: Doubles) -> Doubles:
    """Return the normal quantiles of the ranks, equal values the same; same shape."""
    from scipy import special

    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    scores: Doubles = special.ndtri(ranks / (len(values) + 1))[places]
    return scores


def _p_values(series: Doubles, season: int) -> list[float]:
    """Return a p-value for each pattern that the series is long enough for."""
    several = len(series) >= SEVERAL * season
    room = len(series) // (LAG_PER_STEPS if several else LAG_PER_STEPS // 2) or 1
    # As many lags as places in the season would foretell any pattern.
    most = min(room, MOST_LAGS, max(1, (season - 1) // 2))
    rows = len(series) - most
    trend = np.linspace(-1, 1, rows)[:, np.newaxis] ** np.arange(TREND)
    lags = [series[most - lag : len(series) - lag] for lag in range(1, most + 1)]
    noise = np.stack([*lags, series[most:]], axis=1)
    without = _left(np.concatenate([trend, noise], axis=1), most)
    found = []
    for count in (number for number in WAVES if 2 * number < season):
        turns = np.outer(np.arange(rows), np.arange(1, count + 1)) / season
        waves = [np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)]
        within = _left(np.concatenate([trend, *waves, noise], axis=1), most)
        found.append(_largest_p(without, within, 2 * count, rows))
    # The constant is one of the levels.
    columns = _without_levels(np.concatenate([trend[:, 1:], noise], axis=1), season)
    levels = min(season, rows) - 1
    found.append(_largest_p(without, _left(columns, most), levels, rows))
    return [p for p in found if p is not None]


def _left(columns: Doubles, lags: int) -> Doubles:
    """Return the squares that are left of the last column, shape (lags + 1,).

    Entry k is left by all columns before the lags and the first k lags.
    """
    triangle: Any = np.linalg.qr(columns, mode="r")
    last: Doubles = triangle[:, -1] ** 2
    # From the end on, each entry adds what one column more would explain.
    sums: Doubles = np.cumsum(last[::-1])[: lags + 1][::-1]
    return np.maximum(sums, EXACT * len(columns))


def _largest_p(
    without: Doubles, within: Doubles, freedom: int, rows: int
) -> float | None:
    """Return the largest p-value over orders; None where too few steps are left.

    Args:
        without: shape (lags + 1,), what is left without the pattern.
        within: the same with it.
        freedom: of the pattern.
        rows: how many steps there are.
    """
    from scipy import special

    free = rows - freedom - TREND - np.arange(len(within))
    if free[0] < FEWEST_FREE:
        return None
    # A pattern without any noise is foretold by its lags as well.
    is_exact = within[0] <= EXACT * rows < without[0]
    usable = slice(1) if is_exact else free >= FEWEST_FREE
    gains = np.maximum(without - within, 0.0)[usable] / freedom
    ratios = gains / (within[usable] / free[usable])
    return float(special.fdtrc(freedom, free[usable], ratios).max())


def _without_levels(columns: Doubles, season: int) -> Doubles:
    """Return columns less the mean of each place in the season, same shape."""
    rows, width = columns.shape
    padded = np.zeros((-(-rows // season) * season, width))
    padded[:rows] = columns
    places = np.arange(rows) % season
    counts = np.bincount(places, minlength=season)[:, np.newaxis]
    levels = padded.reshape(-1, season, width).sum(axis=0) / np.maximum(counts, 1)
    less: Doubles = columns - levels[places]
    return less


def together(found: Doubles) -> float:
    """Return one p-value of several, shape (tests,), by their mean as Cauchy ones."""
    # One that is 1 would outweigh any other.
    clipped = np.clip(found, SMALLEST, LARGEST)
    return float(np.arctan2(1.0, np.mean(1 / np.tan(np.pi * clipped))) / np.pi)
