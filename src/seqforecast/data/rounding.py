"""Rounding: which series float32 would change noticeably."""

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.succession import Succession, runs

_NOTICEABLE = 1e-3  # of the standard deviation of a series' changes


class Rounding:
    """Compares what float32 rounds away with the changes of each series.

    Changes are those between neighbouring observed values, per step, so that a gap
    of three steps counts as three equal changes. They are summed up as distances from
    the first change of the series: a straight line then has deviation 0 exactly, and
    no digits cancel, since that change is among those summed.
    """

    def __init__(self, series: int) -> None:
        self._rounded = np.zeros(series)
        self._first = np.full(series, np.nan)
        self._sums = np.zeros((3, series))  # weights, distances, their squares
        self._values, self._steps = Succession(np.float64), Succession(np.int64)

    def add(self, series: IntArray, steps: IntArray, values: FloatArray) -> None:
        """Take in records sorted by series, in order within; all shape (records,)."""
        present = ~np.isnan(values)
        if not present.all():
            series, steps, values = series[present], steps[present], values[present]
        if not len(values):
            return
        starts, stops = runs(series)
        here = series[starts]
        rounded = np.abs(values - values.astype(np.float32))
        rounded = np.maximum.reduceat(rounded, starts)
        self._rounded[here] = np.maximum(self._rounded[here], rounded)
        before, known = self._values.before(series, values)
        spans = steps - self._steps.before(series, steps)[0]
        changes = (values - before) / np.maximum(spans, 1)
        change = starts + ~known[starts]  # where the first change of each stands
        new = np.isnan(self._first[here]) & (change < stops)
        self._first[here[new]] = changes[change[new]]
        distances = np.where(known, changes - self._first[series], 0.0)
        for row, terms in enumerate((spans, spans * distances, spans * distances**2)):
            self._sums[row, here] += np.add.reduceat(terms, starts)

    def noticeable(self) -> IntArray:
        """Return the series that float32 rounds by over a thousandth of a deviation."""
        weights, distances, squares = self._sums
        weights = np.maximum(weights, 1)
        variance = squares / weights - (distances / weights) ** 2
        deviation = np.sqrt(np.maximum(variance, 0.0))
        noticed = (deviation > 0) & (self._rounded > _NOTICEABLE * deviation)
        return np.flatnonzero(noticed)
