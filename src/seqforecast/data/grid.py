"""Grid: the time stamps all series share, a first one and the step to the next."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from seqforecast.data.observations import format_stamp
from seqforecast.data.overview import Overview
from seqforecast.data.panel import IntArray


@dataclass(frozen=True, slots=True)
class Grid:
    """A first time stamp and the step to the next one; words as in `Panel`."""

    origin: Any
    frequency: str | int

    def stamp(self, step: int) -> pd.Timestamp | int:
        """Return the time stamp some steps after the origin."""
        if isinstance(self.frequency, int):
            return int(self.origin + self.frequency * step)
        offset: Any = to_offset(self.frequency)
        stamp: pd.Timestamp = self.origin + step * offset
        return stamp

    def text(self, step: int) -> str:
        """Return the time stamp some steps after the origin as text."""
        return format_stamp(self.stamp(step))

    def steps(self, times: IntArray) -> IntArray:
        """Return steps from the origin, same shape as `times`, -1 off the grid."""
        length = self._length()
        if length is not None:
            steps, rest = np.divmod(times - self._origin(), length)
            return np.where(rest == 0, steps, -1)
        alias = str(self.frequency)
        if pd.date_range(self.origin, periods=1, freq=alias)[0] != self.origin:
            return np.full(len(times), -1, np.int64)
        last = pd.Timestamp(int(times.max()), unit="us")
        dates = pd.date_range(self.origin, last, freq=alias)
        wanted = pd.DatetimeIndex(times.astype("datetime64[us]"))
        return np.asarray(dates.as_unit("us").get_indexer(wanted), dtype=np.int64)

    def surely_holds(self, overview: Overview) -> bool:
        """Return whether steps of one length reach every stamp; False: look closer."""
        length = self._length()
        if length is None:
            return False
        starts = (overview.first - self._origin()) % length
        return not starts.any() and not (overview.lengths % length).any()

    def _origin(self) -> int:
        if isinstance(self.origin, int):
            return self.origin
        ticks = self.origin.to_datetime64().astype("datetime64[us]")
        return int(ticks.astype(np.int64))

    def _length(self) -> int | None:
        """Return the length of every step; None where it is up to the calendar."""
        if isinstance(self.frequency, int):
            return self.frequency
        fixed = (pd.offsets.Tick, pd.offsets.Day, pd.offsets.Week)
        pair = pd.date_range(self.origin, periods=2, freq=self.frequency)
        # Weeks of another weekday do not even hold the origin.
        if pair[0] != self.origin or not isinstance(to_offset(self.frequency), fixed):
            return None
        return int((pair[1] - pair[0]) / pd.Timedelta(1, "us"))
