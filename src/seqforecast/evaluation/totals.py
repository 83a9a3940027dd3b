"""What is kept of errors: sums a series and a step, never the errors themselves."""

from dataclasses import dataclass
from typing import Any

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
        percent: shape (series,), sums of 200 |error| / (|actual| + |forecast|) where
            that is defined.
        percent_points: shape (series,), how many points `percent` is defined at.
        by_step: shape (horizon,), sums of |error| at each step.
        step_points: shape (horizon,), how many points each step has.
    """

    def __init__(self, series: int, horizon: int) -> None:
        self.points, self.percent_points = np.zeros((2, series), dtype=np.int64)
        self.absolute, self.squared, self.percent = np.zeros((3, series))
        self.by_step = np.zeros(horizon)
        self.step_points = np.zeros(horizon, dtype=np.int64)

    def add(
        self,
        series: NDArray[np.int32],
        actual: FloatArray,
        forecast: FloatArray,
        counted: NDArray[np.bool_] | None = None,
    ) -> Doubles:
        """Add windows and return the sum of |error| of each, shape (windows,).

        Args:
            series: shape (windows,), which series each window belongs to.
            actual: shape (windows, horizon), finite.
            forecast: shape (windows, horizon), finite.
            counted: shape (windows, horizon), the points that count; None for all.
        """
        error = np.abs(np.subtract(forecast, actual, dtype=np.float64))
        if counted is None:
            points = np.full(len(error), error.shape[1])
            self.step_points += len(error)
        else:
            error[~counted] = 0.0
            points = counted.sum(axis=1)
            self.step_points += counted.sum(axis=0)
        each: Doubles = error.sum(axis=1)
        self.points += self._sum(series, points)
        self.absolute += self._sum(series, each)
        self.squared += self._sum(series, np.einsum("ij,ij->i", error, error))
        self.by_step += error.sum(axis=0)
        size = np.abs(actual, dtype=np.float64) + np.abs(forecast, dtype=np.float64)
        defined = size > 0
        shares = np.divide(error, size, out=np.zeros_like(error), where=defined)
        self.percent += 200 * self._sum(series, shares.sum(axis=1))
        if counted is not None:
            defined &= counted
        self.percent_points += self._sum(series, defined.sum(axis=1))
        return each

    def only(self, which: IntArray) -> "ErrorTotals":
        """Return the sums of some series; their sums by step are not known."""
        some = ErrorTotals(len(which), 0)
        for name in ("points", "absolute", "squared", "percent", "percent_points"):
            setattr(some, name, getattr(self, name)[which])
        return some

    def _sum(self, series: NDArray[np.int32], each: NDArray[Any]) -> NDArray[Any]:
        """Return sums a series; whole numbers stay whole up to 2^53."""
        sums = np.bincount(series, each, minlength=len(self.points))
        return sums.astype(each.dtype)


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

    def only(self, which: IntArray) -> "InSample":
        """Return the errors of some series."""
        ids = tuple(self.ids[i] for i in which.tolist())
        return InSample(ids, self.lag, self.absolute[which], self.squared[which])


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
    known = np.minimum(stops, panel.lengths)
    count = np.maximum(known - lag, 1)[:, np.newaxis]
    absolute, squared = (sums / count).T
    return InSample(panel.ids, lag, absolute, squared)
