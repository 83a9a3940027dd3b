"""Regularity: how near time stamps come to a grid without gaps."""

from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from seqforecast.data.frequency import likely_aliases
from seqforecast.data.panel import IntArray

_DAY = 86_400_000_000  # microseconds
_MOST = 4_000_000  # dates of a calendar laid out


def regularity(stamps: IntArray) -> float:
    """Return which share of the steps from the first to the last stamp are there.

    Of the frequencies that the most common difference may stand for, the best counts;
    the same day of every month, or every few, is one more. 1 is a grid without gaps, 0
    where stamps lie off it.

    Args:
        stamps: microseconds since 1970, rising, all different.
    """
    if len(stamps) < 2:
        return 1.0
    lengths, counts = np.unique(np.diff(stamps), return_counts=True)
    common = int(lengths[np.argmax(counts)])
    weekdays = bool(np.all((stamps // _DAY + 3) % 7 < 5))
    first, last = int(stamps[0]), int(stamps[-1])
    aliases = likely_aliases(first, last, common, weekdays=weekdays)
    shares = [_share(stamps, alias) for alias in aliases]
    return max(*shares, _monthly_share(stamps))


def _share(stamps: IntArray, alias: str) -> float:
    """Return the share of a grid that is there; 0 where stamps lie off it."""
    offset: Any = to_offset(alias)
    first, last = int(stamps[0]), int(stamps[-1])
    fixed = (pd.offsets.Tick, pd.offsets.Day, pd.offsets.Week)
    if isinstance(offset, fixed):
        days = 7 if isinstance(offset, pd.offsets.Week) else 1
        length = pd.Timedelta(days=days * offset.n)
        if isinstance(offset, pd.offsets.Tick):
            length = pd.Timedelta(offset)
        step = length // pd.Timedelta(1, "us")
        size, on = (last - first) // step + 1, int(np.sum((stamps - first) % step == 0))
    else:
        if (last - first) // _DAY > _MOST * offset.n:
            return 0.0
        ends = (pd.Timestamp(first, unit="us"), pd.Timestamp(last, unit="us"))
        dates = pd.date_range(*ends, freq=alias).as_unit("us")
        size = max(len(dates), 1)
        on = int(np.isin(dates.to_numpy().astype(np.int64), stamps).sum())
    return on / size if on == len(stamps) else 0.0


def _monthly_share(stamps: IntArray) -> float:
    """Return the share for the same day and time of day of months evenly apart."""
    months = stamps.astype("datetime64[us]").astype("datetime64[M]")
    within = stamps - months.astype("datetime64[us]").astype(np.int64)
    if np.any(within != within[0]):
        return 0.0
    steps = np.diff(months.astype(np.int64))
    size = int(steps.sum()) // int(np.gcd.reduce(steps)) + 1
    return len(stamps) / size
