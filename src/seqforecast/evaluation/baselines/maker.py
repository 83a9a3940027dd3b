"""What every baseline is made by, and what it returns."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex

Doubles = NDArray[np.float64]

# Returns shape (windows, horizon), in the unit of the data, and reads nothing after a
# window's cutoff.
Forecaster = Callable[[WindowIndex], Doubles]

# Gets the panel, the train windows, the season and the unit of each series, shape
# (series,), positive.
Maker = Callable[[Panel, WindowIndex, int | None, FloatArray], Forecaster]


def cutoffs_of(windows: WindowIndex) -> IntArray:
    """Return where the last observed step of each window lies in the flat array."""
    return windows.starts + windows.lookback - 1
