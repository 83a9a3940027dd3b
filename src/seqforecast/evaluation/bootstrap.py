"""The block bootstrap: which windows are drawn together, and what they weigh."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.windows import WindowIndex, count_filled
from seqforecast.errors import DataError
from seqforecast.evaluation.metrics import Doubles, InSample, has_scale, without_scale

MOST_BLOCKS = 1000
NOT_DRAWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """The units that are drawn: blocks of cutoffs, or series.

    A window adds its sum of |error| times the weight of its series to its unit, so
    that the sum over all units is the metric over all windows. The weights stay the
    same in every draw: only ratios of such sums are used, in which any
    normalisation cancels, and one number a unit and forecaster is all that is kept.

    Attributes:
        metric: mae or mase.
        reason: why the metric is not the usual one, or what it leaves out.
        weights: shape (series,); 0 where a series does not count.
        unit: what is drawn, in words.
        unit_of: shape (cells,), the unit of each cell or NOT_DRAWN. The cells are the
            series, or equal shares of the time from the first to the last cutoff.
        first: the first cutoff that counts, in steps from the origin.
        span: steps that the shares divide; 0 where series are drawn.
    """

    metric: str
    reason: str
    weights: Doubles
    unit: str
    unit_of: IntArray
    first: int = 0
    span: int = 0

    @property
    def count(self) -> int:
        """How many units there are."""
        return int(self.unit_of.max()) + 1

    def sums(self, panel: Panel, windows: WindowIndex, absolute: Doubles) -> Doubles:
        """Return what windows add to each unit, shape (units,).

        Args:
            panel: where the windows lie.
            windows: some of the windows that were planned for.
            absolute: shape (windows,), the sum of |error| of each.
        """
        weights = self.weights[windows.series]
        counted = np.flatnonzero(weights > 0)
        cells = windows.take(counted).series.astype(np.int64)
        if self.span:
            passed = windows.take(counted).cutoffs(panel) - self.first
            cells = passed * len(self.unit_of) // self.span
        sums = np.zeros(self.count)
        np.add.at(sums, self.unit_of[cells], weights[counted] * absolute[counted])
        return sums


def plan_bootstrap(
    panel: Panel, windows: WindowIndex, in_sample: InSample
) -> Bootstrap:
    """Decide what is drawn, from all windows that will be scored.

    Where no series has more than one cutoff, series are drawn. Otherwise blocks of
    cutoffs are, each with all its series: the time from the first to the last cutoff
    is divided into as many equal, adjoining blocks of at least one horizon as there
    are, at most 1000. Errors of overlapping windows are alike for one horizon; blocks
    that adjoin need one sum each, where moving blocks would need one a cutoff.

    Args:
        panel: where the windows lie.
        windows: all of them, at least one.
        in_sample: what MASE divides by; panels of one series use MAE.

    Raises:
        DataError: every target was filled.
    """
    metric, reason, weights = series_weights(panel, windows, in_sample)
    counted = windows.take(np.flatnonzero(weights[windows.series] > 0))
    if int(np.bincount(counted.series).max()) == 1:
        unit_of = _number(counted.series, len(panel.ids))
        return Bootstrap(metric, reason, weights, "series", unit_of)
    cutoffs = np.unique(counted.cutoffs(panel))
    first = int(cutoffs[0])
    # Without the last gap, n cutoffs a horizon apart would make n - 1 blocks.
    span = int(cutoffs[-1]) - first + int(np.diff(cutoffs).min())
    shares = min(max(span // windows.horizon, 1), MOST_BLOCKS)
    unit_of = _number((cutoffs - first) * shares // span, shares)
    return Bootstrap(metric, reason, weights, "blocks of cutoffs", unit_of, first, span)


def series_weights(
    panel: Panel, windows: WindowIndex, in_sample: InSample
) -> tuple[str, str, Doubles]:
    """Return the metric, the reason for it, and the weights, shape (series,).

    A window's sum of |error| times the weight of its series, summed over all windows,
    is the metric: MASE for panels, MAE for one series or where MASE is undefined.

    Raises:
        DataError: every target was filled.
    """
    points = _points(panel, windows)
    present = points > 0
    if not present.any():
        raise DataError(
            "every value that could be scored was missing and filled",
            hint="choose another test or validation part",
        )
    weights = np.zeros(len(points))
    scalable = present & has_scale(in_sample)
    reason = without_scale(in_sample, present)
    if len(panel.ids) > 1 and scalable.any():
        scale = in_sample.absolute[scalable] * int(scalable.sum())
        weights[scalable] = 1 / (points[scalable] * scale)
        return "mase", reason, weights
    weights[present] = 1 / points.sum()
    if len(panel.ids) == 1:
        return "mae", "", weights
    return "mae", f"MASE is undefined, so MAE it is: {reason}", weights


def _points(panel: Panel, windows: WindowIndex) -> IntArray:
    """Return how many points of each series are scored, shape (series,)."""
    series, count = windows.series, len(panel.ids)
    points = np.bincount(series, minlength=count) * windows.horizon
    if len(panel.filled):
        filled = count_filled(panel, windows)
        points -= np.bincount(series, filled, minlength=count).astype(np.int64)
    return points


def _number(cells: NDArray[np.signedinteger], size: int) -> IntArray:
    """Number the cells that occur, from 0 and in order; shape (size,)."""
    unit_of = np.full(size, NOT_DRAWN, dtype=np.int64)
    occurring = np.unique(cells)
    unit_of[occurring] = np.arange(len(occurring))
    return unit_of
