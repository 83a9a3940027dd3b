"""Naive2: the last value, seasonally adjusted where the history is seasonal.

The benchmark of the M4 Competition (Makridakis, Spiliotis and Assimakopoulos, 2020),
as its organisers' R code computes it, but for every cutoff of a series at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.maker import Doubles, Forecaster, cutoffs_of
from seqforecast.evaluation.baselines.simple import naive

CRITICAL = 1.645  # of a normal deviate, 5 % on one side
FEWEST_SEASONS = 3


def naive2(
    panel: Panel, _train: WindowIndex, season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster that repeats the seasonally adjusted last value.

    Step h is last / factor of its place in the season * factor of step h's. The
    factors are learnt from all of the series up to the cutoff, and are 1 where that
    is not seasonal (see `Adjustment`); data without a season (None or 1) get the
    naive forecast. Each series is looked at once, however many windows it has.
    """
    if season is None or season == 1:
        return naive(panel, _train, season, _unit)
    latest: dict[int, Adjustment] = {}

    def forecast(windows: WindowIndex) -> Doubles:
        cutoff, series = cutoffs_of(windows), windows.series
        lengths = cutoff - panel.offsets[series] + 1
        factors = np.empty((len(windows), season))
        for i in np.unique(series).tolist():
            if i not in latest:
                latest.clear()
                latest[i] = adjust(panel.series(i), season)
            mine = series == i
            factors[mine] = latest[i].factors(lengths[mine])
        ahead = (lengths[:, np.newaxis] - 1 + np.arange(windows.horizon + 1)) % season
        factors = np.take_along_axis(factors, ahead, axis=1)
        last = np.asarray(panel.values[cutoff], dtype=np.float64)[:, np.newaxis]
        forecasts: Doubles = last / factors[:, :1] * factors[:, 1:]
        return forecasts

    return forecast


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """What a series tells about its season, from each of its beginnings.

    Attributes:
        season: steps in one season, at least 2.
        seasonal: shape (steps + 1,), whether the first so many steps are seasonal.
        sums: shape (rows * season,), sum of the ratios to the trend at a step and at
            all steps whole seasons before it.
        counts: how many ratios each sum has, same shape.
    """

    season: int
    seasonal: NDArray[np.bool_]
    sums: Doubles
    counts: IntArray

    def factors(self, lengths: IntArray) -> Doubles:
        """Return the seasonal factors of the first so many steps.

        A factor is the mean ratio at its place in the season. All are 1 where the
        steps are not seasonal, and where one of them is not above 0: nothing can be
        divided by it. They are not scaled to a mean of 1, which a forecast does not
        depend on.

        Args:
            lengths: shape (histories,), at least 1.

        Returns:
            Shape (histories, season); column p is of the steps t with t % season == p.
        """
        factors = np.ones((len(lengths), self.season))
        seasonal = np.flatnonzero(self.seasonal[lengths])
        # The centred average ends half a season before the history does.
        last = lengths[seasonal, np.newaxis] - 1 - self.season // 2
        at = last - (last - np.arange(self.season)) % self.season
        with np.errstate(invalid="ignore"):  # 0 / 0 where no ratio is finite
            ratios = self.sums[at] / self.counts[at]
        usable = np.all(ratios > 0, axis=1)
        factors[seasonal[usable]] = ratios[usable]
        return factors


def adjust(values: FloatArray, season: int) -> Adjustment:
    """Look at every beginning of a series; time grows with steps * season.

    Args:
        values: shape (steps,), finite.
        season: steps in one season, at least 2.
    """
    series = np.asarray(values, dtype=np.float64)
    ratios = _ratios(series, season)
    known = np.isfinite(ratios)
    rows = -(-len(series) // season)
    padding = (0, rows * season - len(series))
    table = np.pad(np.where(known, ratios, 0.0), padding).reshape(rows, season)
    counted = np.pad(known, padding).reshape(rows, season)
    return Adjustment(
        season,
        _is_seasonal(series, season),
        np.cumsum(table, axis=0).reshape(-1),
        np.cumsum(counted, axis=0, dtype=np.int64).reshape(-1),
    )


def _ratios(series: Doubles, season: int) -> Doubles:
    """Return values / trend, shape (steps,); not finite where there is no trend.

    The trend is the centred moving average over one season, for an even one with
    half weights at both ends.
    """
    ratios = np.full(len(series), np.nan)
    half = season // 2
    if len(series) <= 2 * half:
        return ratios
    weights = np.ones(season + 1 - season % 2)
    if season % 2 == 0:
        weights[[0, -1]] = 0.5
    trend = np.convolve(series, weights / season, mode="valid")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios[half : len(series) - half] = series[half : len(series) - half] / trend
    return ratios


def _is_seasonal(series: Doubles, season: int) -> NDArray[np.bool_]:
    """Return whether the first n steps are seasonal, for n from 0, shape (steps + 1,).

    They are with at least three seasons, and the autocorrelation at the season, of
    either sign, beyond Bartlett's limit: 1.645 / sqrt(n) * sqrt(1 + 2 * the sum of
    the squares at all shorter lags). A constant is not.
    """
    lengths = np.arange(len(series) + 1)
    # Any constant may be taken off; the first value is one that no later step changes.
    moved = series - series[0]
    total, squares = _running(moved), _running(moved * moved)
    size = np.maximum(lengths, 1)
    mean = total / size
    variation = squares - total * mean
    squared, correlation = np.zeros(len(lengths)), np.zeros(len(lengths))
    for lag in range(1, min(season, len(series) - 1) + 1):
        squared += correlation**2
        products = np.zeros(len(lengths))
        products[lag:] = _running(moved[lag:] * moved[:-lag])
        # Sums of the later and of the earlier value of each pair.
        later = total - total[lag]
        earlier = np.zeros(len(lengths))
        earlier[lag:] = total[: len(lengths) - lag]
        covariation = products - mean * (later + earlier) + (size - lag) * mean**2
        with np.errstate(divide="ignore", invalid="ignore"):
            correlation = np.where(
                (lengths > lag) & (variation > 0), covariation / variation, 0.0
            )
    limit = CRITICAL * np.sqrt((1 + 2 * squared) / size)
    seasonal: NDArray[np.bool_] = np.abs(correlation) > limit
    return seasonal & (lengths >= FEWEST_SEASONS * season)


def _running(values: Doubles) -> Doubles:
    """Return sums of the first 0, 1, 2, ... values."""
    return np.concatenate([[0.0], np.cumsum(values)])
