"""Season: how many steps make one, by the calendar or by autocorrelation."""

from statistics import NormalDist
from typing import Any

import numpy as np
from pandas.tseries.frequencies import to_offset

from seqforecast.data.panel import FloatArray, IntArray, Panel

CALENDAR_SEASONS = {
    "s": 60,  # a minute
    "min": 1440,  # a day
    "h": 24,  # a day
    "D": 7,  # a week
    "B": 5,  # a week
    "W": 52,  # a year
    "MS": 12,
    "ME": 12,
    "BMS": 12,
    "BME": 12,  # a year
    "QS": 4,
    "QE": 4,
    "BQS": 4,
    "BQE": 4,  # a year
}
"""Steps of one unit in a season; units that are not here have none."""
LONGEST_SEASON = 400  # steps
_SERIES = 200  # looked at, evenly spaced
_STEPS = 10_000  # looked at in each, the last ones
_WEAKEST = 0.1  # autocorrelation below which a season is of no use


def calendar_season(frequency: str) -> int | None:
    """Return the steps in a season of a pandas offset alias.

    The unit's season in `CALENDAR_SEASONS` is divided by the alias's multiple: 96 for
    15min, 12 for 2h, 26 for 2W-MON. None where that is not a whole number above 1.
    """
    offset: Any = to_offset(frequency)
    unit = offset.rule_code.split("-")[0]
    steps, rest = divmod(CALENDAR_SEASONS.get(unit, 0), offset.n)
    return steps if steps > 1 and rest == 0 else None


def infer_season(panel: Panel, stops: IntArray) -> int | None:
    """Return the season that more than half of the series show, None if none does.

    Each series is differenced once, so that neither a trend nor a random walk looks
    like a season, and votes for one lag of 2 to a third of its length (400 at
    most). At that lag the autocorrelation is a local peak, at least 0.1, beyond
    Bartlett's limit (Box, Jenkins, "Time Series Analysis", 1970) at a level of 1 %
    shared among all lags, and comes back at twice the lag with at least half its
    height, after falling below half. Of several such lags the shortest with 80 % of
    the highest peak counts.

    Args:
        panel: whole-number times; at most 200 series, evenly spaced, are looked at.
        stops: shape (series,), local end of each train part; later values have no
            influence.
    """
    known = np.flatnonzero(stops > 0)  # by series, the others have no train part
    size = len(known)
    chosen = known[
        np.unique(np.linspace(0, size - 1, min(size, _SERIES)).astype(np.int64))
    ]
    votes = [
        _season_of(panel.series(i)[: stops[i]][-_STEPS:].astype(np.float64))
        for i in chosen.tolist()
    ]
    seasons = [vote for vote in votes if vote is not None]
    if not seasons:
        return None
    lags, counts = np.unique(seasons, return_counts=True)
    best = int(np.argmax(counts))
    return int(lags[best]) if 2 * counts[best] > len(votes) else None


def _season_of(values: FloatArray) -> int | None:
    """Return the season of one series, shape (steps,)."""
    longest = min(len(values) // 3, LONGEST_SEASON)
    if longest < 2:
        return None
    changes = np.diff(values)
    # Below this a straight line in float32 shows the pattern of its own rounding.
    if changes.std() <= 1e-6 * np.abs(values).max():
        return None
    r = _autocorrelation(changes, 2 * longest)
    lags = np.arange(2, longest + 1)
    # Sums of squares below each lag: r[1]^2 + ... + r[lag - 1]^2.
    inflation = np.sqrt(1 + 2 * np.cumsum(r[1:] ** 2)[lags - 2])
    z = NormalDist().inv_cdf(1 - 0.01 / len(lags))
    limit = z * inflation / np.sqrt(len(values) - 1 - lags)
    height = r[lags]
    peaks = (height > np.maximum(limit, _WEAKEST)) & (r[2 * lags] >= height / 2)
    peaks &= (height > r[lags - 1]) & (height > r[lags + 1])
    # A dent beside a slow wave is no season: a season lets go before it comes back.
    seasons = [m for m in lags[peaks].tolist() if r[m + 1 : 2 * m].min() < r[m] / 2]
    highest = max((r[m] for m in seasons), default=0.0)
    return next((m for m in seasons if r[m] >= 0.8 * highest), None)


def _autocorrelation(values: FloatArray, longest: int) -> FloatArray:
    """Return autocorrelations at lags 0 to `longest`, each a mean over its pairs."""
    centred = values - values.mean()
    size = len(values)
    spectrum = np.abs(np.fft.rfft(centred, 2 * size)) ** 2
    sums = np.fft.irfft(spectrum)[: longest + 1]
    result: FloatArray = sums / (size - np.arange(longest + 1)) / centred.var()
    return result
