"""Outlier: a time stamp far from all others, as a year typed wrong makes one."""

import numpy as np
import pandas as pd

from seqforecast.data.grid.first_pass import Overview, runs
from seqforecast.data.grid.records import Records
from seqforecast.data.panel import IntArray, format_stamp
from seqforecast.errors import DataError

_FAR = 20 * 365 * 86_400_000_000  # microseconds: no gap in records is that wide
_STEPS = 100  # of the most common length, and no gap has so many
_FEWEST = 5  # records of a series, below which none is the odd one out
_MOST = 4_000_000  # records looked at


def refuse_outlier(observed: Records, overview: Overview) -> None:
    """Refuse a date that stands alone, further from the rest than all of that is long.

    Only the first or last record in time of a series is meant, decades away from the
    next and from the records of all other series.

    Raises:
        DataError: names the first in the file.
    """
    if not observed.dated or not len(overview.lengths):
        return
    least = max(_FAR, _STEPS * int(overview.lengths[np.argmax(overview.tally)]))
    is_odd = (overview.widest > least) & (overview.counts >= _FEWEST)
    odd = np.flatnonzero(is_odd)
    odd = odd[np.cumsum(overview.counts[odd]) <= max(_MOST, overview.counts.max())]
    if not len(odd):
        return
    excerpt = observed.excerpt(odd, by_time=True)
    usual = np.ones(len(overview.counts), np.bool_)
    usual[odd] = False
    lows, highs = [overview.first[usual]], [overview.last[usual]]
    alone = []
    for start, stop in zip(*runs(excerpt.groups), strict=True):
        i, rest = _odd_one(excerpt.times[start:stop], least)
        lows.append(rest.min(keepdims=True))
        highs.append(rest.max(keepdims=True))
        alone += [] if i is None else [int(start) + i]
    low, high = int(np.concatenate(lows).min()), int(np.concatenate(highs).max())
    far = [
        i
        for i in alone
        if max(excerpt.times[i] - high, low - excerpt.times[i]) > max(high - low, least)
    ]
    if not far:
        return
    i = min(far, key=lambda i: int(excerpt.records[i]))
    ends = [format_stamp(pd.Timestamp(end, unit="us")) for end in (low, high)]
    raise DataError(
        f"{observed.file}: {excerpt.name(i)}time stamp {excerpt.at(i)} stands alone, "
        f"far from all others, which run from {ends[0]} to {ends[1]}"
        + (f"; such stamps: {len(far):,}" if len(far) > 1 else ""),
        hint="is it typed wrong? correct it, or leave the record out",
    )


def _odd_one(times: IntArray, least: int) -> tuple[int | None, IntArray]:
    """Return which of some rising times stands alone, if one does, and the others."""
    for i, gap, rest in (
        (len(times) - 1, times[-1] - times[-2], times[:-1]),
        (0, times[1] - times[0], times[1:]),
    ):
        if gap > max(int(rest[-1] - rest[0]), least):
            return i, rest
    return None, times
