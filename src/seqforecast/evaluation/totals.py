"""What is kept of errors: sums a series and a step, never the errors themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray, IntArray, Panel

Doubles = NDArray[np.float64]

STEPS_AT_ONCE = 1_000_000


class ErrorTotals:
    """Sums over the (window, step) points of one forecaster, in float64.

    Attributes:
        points: shape (series,), how many points each series has.
        absolute: shape (series,), sums of |error|, in the unit of the data.
        squared: shape (series,), sums of squared errors.
        by_step: shape (horizon,), sums of |error| at each step.
        percent: sum of 200 |error| / (|actual| + |forecast|) where defined.
        percent_points: how many points `percent` is defined at.
    """

    def __init__(self, series: int, horizon: int) -> None:
        self.points = np.zeros(series, dtype=np.int64)
        self.absolute = np.zeros(series)
        self.squared = np.zeros(series)
        self.by_step = np.zeros(horizon)
        self.percent = 0.0
        self.percent_points = 0

    def add(
        self, series: NDArray[np.int32], actual: FloatArray, forecast: FloatArray
    ) -> Doubles:
        """Add windows and return the sum of |error| of each, shape (windows,).

        Args:
            series: shape (windows,), which series each window belongs to.
            actual: shape (windows, horizon), finite.
            forecast: shape (windows, horizon), finite.
        """
        count = len(self.points)
        error = np.abs(np.subtract(forecast, actual, dtype=np.float64))
        each: Doubles = error.sum(axis=1)
        self.points += np.bincount(series, minlength=count) * error.shape[1]
        self.absolute += np.bincount(series, each, minlength=count)
        self.squared += np.bincount(
            series, np.einsum("ij,ij->i", error, error), minlength=count
        )
        self.by_step += error.sum(axis=0)
        size = np.abs(actual, dtype=np.float64) + np.abs(forecast, dtype=np.float64)
        defined = size > 0
        self.percent += 200 * float(np.sum(error[defined] / size[defined]))
        self.percent_points += int(np.count_nonzero(defined))
        return each


@dataclass(frozen=True, slots=True, eq=False)
class InSample:
    """The one-season-ago errors inside the history of each series.

    Attributes:
        ids: one name a series.
        lag: steps of one season, 1 without one.
        absolute: shape (series,), mean |value - value `lag` steps earlier|; 0 where
            the history is constant or not longer than `lag`.
        squared: shape (series,), mean of the squares of the same differences.
    """

    ids: tuple[str, ...]
    lag: int
    absolute: Doubles
    squared: Doubles


def in_sample_errors(panel: Panel, stops: IntArray, season: int | None) -> InSample:
    """Return the in-sample errors of the seasonal naive forecast.

    Args:
        panel: the series.
        stops: shape (series,), local steps at which the histories end; what lies at
            or after them is not read.
        season: steps in one season; None counts as 1.
    """
    lag = season or 1
    sums = np.zeros((len(panel.ids), 2))
    for i, stop in enumerate(stops):
        values = panel.series(i)[: max(int(stop), 0)]
        for start in range(lag, len(values), STEPS_AT_ONCE):
            later = values[start : start + STEPS_AT_ONCE].astype(np.float64)
            change = later - values[start - lag : start - lag + len(later)]
            sums[i] += np.abs(change).sum(), change @ change
    count = np.maximum(stops - lag, 1)[:, np.newaxis]
    absolute, squared = (sums / count).T
    return InSample(panel.ids, lag, absolute, squared)
