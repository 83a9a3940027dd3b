"""Filled values: which targets were not in the file, and so cannot be scored."""

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex


def count_filled(panel: Panel, windows: WindowIndex) -> IntArray:
    """Return how many targets of each window were filled, shape (windows,)."""
    low, high = _places(panel, windows)
    return high - low


def mark_observed(panel: Panel, windows: WindowIndex) -> npt.NDArray[np.bool_] | None:
    """Return which targets were in the file, shape (windows, horizon).

    None where all were.
    """
    if not len(panel.filled):
        return None
    low, high = _places(panel, windows)
    counts = high - low
    if not counts.any():
        return None
    rows = np.repeat(np.arange(len(windows)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = panel.filled[low[rows] + within] - _targets(windows)[rows]
    observed = np.ones((len(windows), windows.horizon), dtype=np.bool_)
    observed[rows, columns] = False
    return observed


def known_targets(panel: Panel, windows: WindowIndex) -> FloatArray:
    """Gather the targets, shape (windows, horizon); NaN where they were filled."""
    targets, observed = windows.targets(panel.values), mark_observed(panel, windows)
    if observed is not None:
        targets[~observed] = np.nan
    return targets


def _places(panel: Panel, windows: WindowIndex) -> tuple[IntArray, IntArray]:
    """Return where the filled targets of each window begin and end in `filled`."""
    first = _targets(windows)
    low = np.searchsorted(panel.filled, first)
    high = np.searchsorted(panel.filled, first + windows.horizon)
    return low.astype(np.int64), high.astype(np.int64)


def _targets(windows: WindowIndex) -> IntArray:
    """Return where the first target of each window lies in the flat array."""
    return windows.starts + windows.lookback
