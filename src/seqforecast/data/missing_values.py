"""Missing values and absent steps: refused, or filled as told, and counted."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqforecast.data.grid.first_pass import hint_at_clocks
from seqforecast.data.grid.grid import Grid
from seqforecast.data.grid.placement import Placed, cut_ends, find
from seqforecast.data.grid.records import Records
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.table.section import Missing
from seqforecast.errors import DataError, MissingValuesError, NoSeasonError

AT_A_TIME = 1_000_000  # values, in whole series, so that no mask grows with the file
CHOICES = "set data.missing to interpolate, previous or zero, or fill the file"
_HOURS = 200  # at most, that clocks of a series left out; of 15 minutes, 50 years
_MEANT = (
    "; if the gaps are meant (nights, closed days), number the steps with whole numbers"
)


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """Series without gaps; the arrays are those of `Panel`.

    Attributes:
        values: shape (total,), float32.
        offsets: shape (series + 1,).
        first_steps: shape (series,).
        filled: shape (series,); values put into each series.
        places: shape (values put in,), rising; where in `values` they are.
        trimmed: shape (series,); empty steps left out at the ends of each series.
    """

    values: FloatArray
    offsets: IntArray
    first_steps: IntArray
    filled: IntArray
    places: IntArray
    trimmed: IntArray


def fill_gaps(
    observed: Records,
    placed: Placed,
    grid: Grid,
    missing: Missing,
    season: int | None = None,
) -> Cleaned:
    """Treat the missing values as told; those of `placed` are filled in place.

    A value is missing when it is empty in the file, or when its time stamp is
    absent between the first and last one of its series. `interpolate` draws a
    straight line between the neighbours, so a filled value knows the next one, even
    across a split; the others never look ahead. `seasonal` takes the median of what
    was observed so far at the same place in the season, and the previous value where
    that is nothing. What has no neighbour to be filled from (at the start; for
    `interpolate` also at the end) is left out in wide files, where series that start
    late cannot be written otherwise, else refused.

    Args:
        observed: where the values come from, for messages.
        placed: the values on the grid.
        grid: from steps to time stamps, for messages.
        missing: what to do.
        season: steps in one season, which `seasonal` needs.

    Raises:
        DataError: values are missing and `missing` is error; a series has none at
            all; its ends cannot be filled.
        ConfigError: there is no season for `seasonal`.
    """
    offsets = placed.offsets
    counts = _count_missing(placed)
    none = np.zeros_like(counts)
    if not counts.any():
        return Cleaned(placed.values, offsets, placed.first_steps, none, none[:0], none)
    _refuse_empty_series(observed, counts == np.diff(offsets))
    if missing == "error":
        i = int(np.argmax(counts > 0))
        position = int(np.argmax(np.isnan(placed.values[offsets[i] : offsets[i + 1]])))
        raise MissingValuesError(
            f"{_describe(observed, placed, grid, (i, position))}; {counts.sum():,} "
            f"values are missing in {np.count_nonzero(counts):,} of {len(counts):,} "
            "series",
            hint=_set_forward(observed, placed, grid, i)
            + CHOICES
            + _MEANT * observed.dated,
        )
    require_season(missing, season)
    ends = np.zeros((2, len(counts)), np.int64)
    places = []
    for some in _blocks(offsets):
        if counts[some].any():
            here = offsets[some.start : some.stop + 1]
            values = placed.values[here[0] : here[-1]]
            absent = np.flatnonzero(np.isnan(values))
            ends[:, some] = repair(values, here - here[0], missing, season or 1)
            places.append(here[0] + absent[~np.isnan(values[absent])])
    if ends.any() and not observed.wide:
        i = int(np.argmax(ends.any(axis=0)))
        position = 0 if ends[0, i] else int(offsets[i + 1] - offsets[i] - ends[1, i])
        raise MissingValuesError(
            f"{_describe(observed, placed, grid, (i, position))}, and `{missing}` "
            "finds no neighbour to fill it from",
            hint="delete empty records at the ends of a series, "
            "or set data.missing: zero",
        )
    return _trim(placed, counts, ends, np.concatenate(places))


def _blocks(offsets: IntArray) -> Iterator[slice]:
    """Yield spans of series of about `AT_A_TIME` values, at least one series each."""
    start = 0
    while start < len(offsets) - 1:
        fitting = np.searchsorted(offsets, offsets[start] + AT_A_TIME, side="right")
        stop = max(int(fitting) - 1, start + 1)
        yield slice(start, stop)
        start = stop


def _count_missing(placed: Placed) -> IntArray:
    """Return how many values are missing in each series, shape (series,)."""
    counts = np.zeros(len(placed.offsets) - 1, np.int64)
    for low in range(0, len(placed.values), AT_A_TIME):
        absent = np.flatnonzero(np.isnan(placed.values[low : low + AT_A_TIME])) + low
        if len(absent):
            series = np.searchsorted(placed.offsets, absent, side="right") - 1
            counts += np.bincount(series, minlength=len(counts))
    return counts


def _describe(
    observed: Records, placed: Placed, grid: Grid, which: tuple[int, int]
) -> str:
    """Name a value by series and position: its time stamp, and its line or row."""
    series, position = which
    step = int(placed.first_steps[series]) + position
    record = find(observed, grid, 0 if observed.wide else series, step)
    where = "the time stamp is absent" if record is None else observed.where(record)
    return (
        f"{observed.file}: series {observed.ids[series]!r} has no value at "
        f"{grid.text(step)} ({where})"
    )


def _set_forward(observed: Records, placed: Placed, grid: Grid, series: int) -> str:
    """Return what to do where the values of a series are missing as if clocks were set.

    Only then: where all of them are those of an hour in spring.
    """
    start, stop = placed.offsets[series], placed.offsets[series + 1]
    absent = np.flatnonzero(np.isnan(placed.values[start:stop]))
    if not observed.dated or len(absent) > _HOURS:
        return ""
    steps = int(placed.first_steps[series]) + np.append(absent, [0, 1])
    stamps = np.array([grid.stamp(step) for step in steps.tolist()], "datetime64[us]")
    times = stamps.astype(np.int64)
    return hint_at_clocks(observed, int(times[-1] - times[-2]), times[:-2])


def _refuse_empty_series(observed: Records, is_empty: IntArray) -> None:
    empty = np.flatnonzero(is_empty)
    if len(empty):
        more = f"; {len(empty):,} series are empty" if len(empty) > 1 else ""
        raise DataError(
            f"{observed.file}: series {observed.ids[empty[0]]!r} has no values{more}",
            hint="leave it out of data.target" if observed.wide else "delete its rows",
        )


def require_season(
    missing: Missing, season: int | None, setting: str = "data.missing"
) -> None:
    """Refuse to fill by the season where there is none.

    Raises:
        NoSeasonError: `missing` is seasonal, and there is no season.
    """
    if missing == "seasonal" and season is None:
        raise NoSeasonError(
            f"{setting}: seasonal needs a season, and there is none",
            hint="set data.season; auto finds it from dates alone, not from whole "
            "numbers",
        )


def _trim(
    placed: Placed, counts: IntArray, ends: IntArray, places: IntArray
) -> Cleaned:
    """Leave out what could not be filled, all of it at the ends of series."""
    trimmed = ends.sum(axis=0)
    filled, first_steps = counts - trimmed, placed.first_steps + ends[0]
    if not trimmed.any():
        return Cleaned(
            placed.values, placed.offsets, first_steps, filled, places, trimmed
        )
    kept, offsets = cut_ends(placed.values, placed.offsets, ends)
    moved = placed.offsets[:-1] + ends[0] - offsets[:-1]
    places = places - np.repeat(moved, filled)
    return Cleaned(kept, offsets, first_steps, filled, places, trimmed)


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
        fill = np.where(preceded, values[left], np.nan)[run]
        if missing == "seasonal":
            medians = _medians(values, offsets, series, season)
            fill = np.where(np.isnan(medians), fill, medians)
        values[absent] = fill
        return ends
    ends[1, owner[~followed]] = lengths[~followed]
    inner = (preceded & followed)[run]
    absent, run = absent[inner], run[inner]
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
    medians = []
    for i in np.unique(series).tolist():
        one = values[offsets[i] : offsets[i + 1]]
        medians.append(medians_so_far(one, np.isnan(one), season))
    return np.concatenate(medians)


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
