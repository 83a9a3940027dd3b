"""Repairing: what is put where a value is missing."""

from bisect import insort

import numpy as np
import numpy.typing as npt

from seqforecast.data.missing import Missing
from seqforecast.data.panel import FloatArray, IntArray


def repair(
    values: FloatArray, offsets: IntArray, missing: Missing, season: int = 1
) -> IntArray:
    """Fill series in place, and return how much stays NaN at their starts and ends.

    Args:
        values: shape (total,), series after series.
        offsets: shape (series + 1,), where they begin and end.
        missing: how.
        season: steps in one season, for `seasonal`.

    Returns:
        Shape (2, series).
    """
    absent = np.flatnonzero(np.isnan(values))
    ends = np.zeros((2, len(offsets) - 1), np.int64)
    if missing == "zero":
        values[absent] = 0.0
        return ends
    # A run: missing values next to each other in one series.
    series = np.searchsorted(offsets, absent, side="right") - 1
    begins = (np.diff(absent, prepend=-2) > 1) | (np.diff(series, prepend=-1) > 0)
    run, first = np.cumsum(begins) - 1, np.flatnonzero(begins)
    owner = series[first]
    left = absent[first] - 1
    right = absent[np.append(first[1:], len(absent)) - 1] + 1
    preceded, followed = left >= offsets[owner], right < offsets[owner + 1]
    lengths = right - left - 1
    ends[0, owner[~preceded]] = lengths[~preceded]
    if missing in ("previous", "seasonal"):
        held = np.where(preceded, values[left], np.nan)[run]
        if missing == "seasonal":
            medians = _medians(values, offsets, series, season)
            held = np.where(np.isnan(medians), held, medians)
        values[absent] = held
        return ends
    ends[1, owner[~followed]] = lengths[~followed]
    held = (preceded & followed)[run]
    absent, run = absent[held], run[held]
    share = (absent - left[run]) / (right - left)[run]
    # In float64: between float32 neighbours, rounded once more.
    values[absent] = values[left[run]] * (1 - share) + values[right[run]] * share
    return ends


def _medians(
    values: FloatArray, offsets: IntArray, series: IntArray, season: int
) -> FloatArray:
    """Return what `seasonal` fills in, shape (missing,); NaN where it has nothing.

    Args:
        values: shape (total,), series after series.
        offsets: shape (series + 1,), where they begin and end.
        series: shape (missing,), which series each missing value belongs to.
        season: steps in one season.
    """
    found = []
    for i in np.unique(series).tolist():
        one = values[offsets[i] : offsets[i + 1]]
        found.append(medians_so_far(one, np.isnan(one), season))
    return np.concatenate(found)


def medians_so_far(
    values: FloatArray, absent: npt.NDArray[np.bool_], season: int
) -> FloatArray:
    """Return the median of what was observed so far at each place in the season.

    Each step is walked over once, so a long series with many gaps costs what one
    with few does.

    Args:
        values: shape (steps,), of one series.
        absent: shape (steps,), which of them are missing.
        season: steps in one season, at least 1.

    Returns:
        Shape (missing,), in order; NaN where nothing was observed yet.
    """
    medians = np.full(len(values), np.nan)
    for place in np.unique(np.flatnonzero(absent) % season).tolist():
        lacks = absent[place::season]
        until = int(np.flatnonzero(lacks)[-1]) + 1
        seen: list[float] = []
        for i, value in enumerate(values[place::season][:until].tolist()):
            if not lacks[i]:
                insort(seen, value)
            elif seen:
                middle = len(seen) // 2
                medians[place + i * season] = (seen[middle] + seen[~middle]) / 2
    return medians[absent]
