"""Units: what the losses of forecasters are compared over, cutoffs or series."""

from dataclasses import dataclass

import numpy as np

from seqforecast.data.filled import count_filled
from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.resampling import weigh_series
from seqforecast.evaluation.totals import Doubles, InSample

CUTOFFS, SERIES = "cutoffs", "series"
FEWEST_BLOCKS = 5
FEWEST_SERIES = 6


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Cutoffs in the order of time, each with all its series; or series.

    Attributes:
        kind: cutoffs or series.
        places: shape (units,), increasing: the cutoffs, in steps from the origin, or
            the numbers of the series.
        overlap: cutoffs nearer than this to each other share targets, counted in
            cutoffs; 1 where none do, and for series.
        independent: how many units share no target with each other.
        reason: why no test is possible; empty where one is.
        metric: mae or mase, what the mean over the units is.
        metric_reason: why the metric is not the usual one, or what it leaves out.
        weights: shape (series,); 0 where a series does not count.
    """

    kind: str
    places: IntArray
    overlap: int
    independent: int
    reason: str
    metric: str
    metric_reason: str
    weights: Doubles

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(self.places)

    def losses(self, panel: Panel, windows: WindowIndex, absolute: Doubles) -> Doubles:
        """Return what windows add to the loss of each unit, shape (units,).

        Summed over all windows, the mean over the units is the metric.

        Args:
            panel: where the windows lie.
            windows: some of the windows that were planned for.
            absolute: shape (windows,), the sum of |error| of each over the points
                that are scored.
        """
        each = self.weights[windows.series] * absolute * self.count
        unit = np.searchsorted(self.places, _place(self.kind, panel, windows))
        # Windows that do not count add 0; their cutoff may be no unit.
        unit = np.minimum(unit, self.count - 1)
        sums: Doubles = np.bincount(unit, each, minlength=self.count).astype(float)
        return sums


def plan_units(panel: Panel, windows: WindowIndex, in_sample: InSample) -> Units:
    """Decide what losses are compared over, from all windows that will be scored.

    Cutoffs, where the time from the first to the last of them makes at least five
    blocks of one horizon. Otherwise series, where there are at least six. Cutoffs are
    no units where no series has more than one of them.

    Args:
        panel: where the windows lie.
        windows: all of them, at least one.
        in_sample: what MASE divides by; panels of one series use MAE.

    Raises:
        DataError: every target was filled.
    """
    metric, metric_reason, weights = weigh_series(panel, windows, in_sample)
    counts = weights[windows.series] > 0
    if len(panel.filled):
        counts &= count_filled(panel, windows) < windows.horizon
    counted = windows.take(np.flatnonzero(counts))
    series, times = np.unique(counted.series, return_counts=True)
    cutoffs = np.unique(counted.cutoffs(panel))
    blocks = _blocks(cutoffs, windows.horizon) if times.max() > 1 else 0
    rest = (metric, metric_reason, weights)
    if blocks < FEWEST_BLOCKS <= FEWEST_SERIES <= len(series):
        return Units(SERIES, series.astype(np.int64), 1, len(series), "", *rest)
    reason = "" if blocks >= FEWEST_BLOCKS else _too_few(blocks, len(series))
    ends = np.searchsorted(cutoffs, cutoffs + windows.horizon)
    overlap = int((ends - np.arange(len(cutoffs))).max())
    return Units(CUTOFFS, cutoffs, overlap, blocks, reason, *rest)


def _blocks(cutoffs: IntArray, horizon: int) -> int:
    """Return how many blocks of one horizon cutoffs make, empty time left out."""
    # Without the last gap, n cutoffs a horizon apart would make n - 1 blocks.
    span = int(cutoffs[-1] - cutoffs[0]) + int(np.diff(cutoffs).min())
    apart, last = 0, int(cutoffs[0]) - horizon
    for cutoff in cutoffs.tolist():
        if cutoff >= last + horizon:
            apart, last = apart + 1, cutoff
    return min(span // horizon, apart)


def _too_few(blocks: int, series: int) -> str:
    """Say what is missing for a test."""
    return (
        f"too little to judge by: blocks of cutoffs as long as the horizon: {blocks}, "
        f"at least {FEWEST_BLOCKS} are needed; or series: {series}, at least "
        f"{FEWEST_SERIES}"
    )


def _place(kind: str, panel: Panel, windows: WindowIndex) -> IntArray:
    """Return the cutoff or the number of the series of each window."""
    if kind == CUTOFFS:
        return windows.cutoffs(panel)
    return windows.series.astype(np.int64)
