"""The latest window of each series: what is read for the steps after the data."""

from dataclasses import replace

import numpy as np

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex, count_windows
from seqforecast.errors import DataError

MOST = 5  # series are named in a message


def latest_windows(
    panel: Panel, lookback: int, min_history: int | None = None
) -> WindowIndex:
    """Return the window that ends with each series' last step; it has no targets.

    Raises:
        DataError: a series is shorter than the lookback; the first are named with how
            many steps are missing.
    """
    needed = min(min_history or lookback, lookback)
    short = np.flatnonzero(panel.lengths < needed)
    if len(short):
        what = "lookback" if min_history is None else "least history"
        first = ", ".join(
            f"{panel.ids[i]} has {has}, {needed - has} missing"
            for i, has in zip(short[:MOST], panel.lengths[short[:MOST]], strict=True)
        )
        more = len(short) - MOST
        raise DataError(
            f"{len(short):,} of {len(panel.ids):,} series are shorter than the {what} "
            f"of {needed} steps: {first}" + (f"; {more:,} more" if more > 0 else ""),
            hint="give them more history, or leave them out",
        )
    one_each = np.ones(len(panel.ids), np.int64)
    windows = count_windows(panel.offsets[1:] - lookback, one_each, (lookback, 0))
    return replace(windows, begins=panel.offsets[:-1])
