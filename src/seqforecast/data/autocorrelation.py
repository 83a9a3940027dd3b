"""Autocorrelation: the lag at which a series comes back, where no calendar tells."""

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray

Doubles = NDArray[np.float64]

WEAKEST = 0.1  # autocorrelation below which a season is of no use
NEAR = 0.8  # share of the highest peak from which on a shorter one is preferred
AROUND = 0.15  # share of a lag within which noise moves its peak


def likely_season(values: FloatArray, longest: int) -> int | None:
    """Return the lag that may be a season, None where there is none.

    The autocorrelation of the values less a trend of second degree is looked at, and
    that of their changes, in which neither a trend nor a random walk hides a season;
    the higher one counts. At the lag it has a peak of at least 0.1, falls below half
    of it, and comes back to at least half at twice the lag. Of several lags the
    shortest with 80 % of the highest peak is taken, and near it the one whose multiples
    agree best.

    Args:
        values: shape (steps,).
        longest: lag that is looked at; never more than a third of the steps.
    """
    series = np.asarray(values, dtype=np.float64)
    # One lag more than twice the longest is read, of one change less than steps.
    longest = min(len(series) // 3, (len(series) - 3) // 2, longest)
    if longest < 2 or series.std() == 0:
        return None
    changes = np.diff(series)
    if changes.std() <= 1e-6 * np.abs(series).max():
        return None
    t = np.linspace(-1, 1, len(series))
    level = series - np.polynomial.Polynomial.fit(t, series, 2)(t)
    found = [
        peak
        for moved in (level, changes)
        if (peak := _peak(autocorrelation(moved, 2 * longest + 1), longest))
    ]
    return max(found)[1] if found else None


def _peak(r: Doubles, longest: int) -> tuple[float, int] | None:
    """Return height and lag of the peak that may be a season."""
    lags = np.arange(2, longest + 1)
    height = r[lags]
    peaks = (height > WEAKEST) & (r[2 * lags] >= height / 2)
    peaks &= (height > r[lags - 1]) & (height >= r[lags + 1])
    # A dent beside a slow wave is no season: a season lets go before it comes back.
    seasons = [m for m in lags[peaks].tolist() if r[m + 1 : 2 * m].min() < r[m] / 2]
    highest = max((r[m] for m in seasons), default=0.0)
    first = next((m for m in seasons if r[m] >= NEAR * highest), None)
    if first is None:
        return None
    reach = int(AROUND * first)
    near = range(max(first - reach, 2), min(first + reach, longest) + 1)
    lag = max(near, key=lambda m: float(r[m::m].mean()))
    return float(r[first]), lag


def autocorrelation(values: Doubles, longest: int) -> Doubles:
    """Return autocorrelations at lags 0 to `longest`, each a mean over its pairs."""
    centred = values - values.mean()
    size = len(values)
    spectrum = np.abs(np.fft.rfft(centred, 2 * size)) ** 2
    sums = np.fft.irfft(spectrum)[: longest + 1]
    result: Doubles = sums / (size - np.arange(longest + 1)) / centred.var()
    return result
