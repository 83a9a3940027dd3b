"""Gaps and missing values: refused, or repaired as told and counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from seqforecast.data.observations import Observations
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.errors import DataError

Missing = Literal["error", "interpolate", "previous", "zero"]

LARGEST = 100_000_000  # values on a grid that is also 20 times the file

_CHOICES = "set data.missing to interpolate, previous or zero, or fill the file"
_MEANT = (
    "; if the gaps are meant (nights, closed days), number the steps with whole numbers"
)


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """Series without gaps; the arrays are those of `Panel`.

    Attributes:
        values: shape (total,), float64.
        offsets: shape (series + 1,).
        first_steps: shape (series,).
        filled: shape (total,); which values were put in.
        trimmed: shape (series,); empty steps left out at the ends of each series.
    """

    values: FloatArray
    offsets: IntArray
    first_steps: IntArray
    filled: npt.NDArray[np.bool_]
    trimmed: IntArray


def fill_gaps(
    observed: Observations,
    steps: IntArray,
    missing: Missing,
    stamp_of: Callable[[int], str],
) -> Cleaned:
    """Put the values on the grid of steps and treat the missing ones as told.

    A value is missing when it is empty in the file, or when its time stamp is
    absent between the first and last one of its series. `interpolate` draws a
    straight line between the neighbours, so a filled value knows the next one, even
    across a split; `previous` and `zero` never look ahead. What has no neighbour to be
    filled from (at the start; for `interpolate` also at the end) is left out in wide
    files, where series that start late cannot be written otherwise, else refused.

    Args:
        observed: in order, without duplicates.
        steps: shape (records,), whole steps on the common grid.
        missing: what to do.
        stamp_of: from a step to its text, for messages.

    Raises:
        DataError: values are missing and `missing` is error; a series has none at
            all; its ends cannot be filled; the grid would be huge.
    """
    grid = _place(observed, steps)
    absent = np.isnan(grid.values)
    if not absent.any():
        trimmed = np.zeros(len(observed.ids), np.int64)
        return Cleaned(grid.values, grid.offsets, grid.first_steps, absent, trimmed)
    _refuse_empty_series(observed, grid.offsets, absent)
    if missing == "error":
        counts = np.add.reduceat(absent, grid.offsets[:-1], dtype=np.int64)
        raise DataError(
            f"{grid.describe(absent, stamp_of)}; {counts.sum():,} values are missing "
            f"in {np.count_nonzero(counts):,} of {len(counts):,} series",
            hint=_CHOICES + _MEANT * observed.dated,
        )
    values = _repair(grid.values, absent, grid.offsets, missing)
    unfilled = np.isnan(values)
    if unfilled.any() and not observed.wide:
        raise DataError(
            f"{grid.describe(unfilled, stamp_of)}, and `{missing}` finds no "
            "neighbour to fill it from",
            hint="delete empty records at the ends of a series, "
            "or set data.missing: zero",
        )
    return _trim(values, unfilled, absent, grid)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Values on the grid, series by series; `rows` holds -1 for absent stamps."""

    observed: Observations
    values: FloatArray
    offsets: IntArray
    first_steps: IntArray
    rows: IntArray

    def describe(
        self, bad: npt.NDArray[np.bool_], stamp_of: Callable[[int], str]
    ) -> str:
        """Name the first of some values: series, time stamp, line or row."""
        position = int(np.argmax(bad))
        series = int(np.searchsorted(self.offsets, position, side="right")) - 1
        step = int(self.first_steps[series] + position - self.offsets[series])
        row = int(self.rows[position % len(self.rows)])
        where = self.observed.where(row) if row >= 0 else "the time stamp is absent"
        return (
            f"{self.observed.file}: series {self.observed.ids[series]!r} has no value "
            f"at {stamp_of(step)} ({where})"
        )


def _place(observed: Observations, steps: IntArray) -> _Grid:
    first, last = steps[observed.bounds[:-1]], steps[observed.bounds[1:] - 1]
    offsets = np.concatenate([[0], np.cumsum(last - first + 1)])
    total, columns = int(offsets[-1]), observed.values.shape[1]
    if total * columns > max(LARGEST, 20 * observed.values.size):
        gaps = np.where(np.diff(observed.groups) > 0, 0, np.diff(steps))
        i = int(np.argmax(gaps))
        raise DataError(
            f"{observed.file}: {len(steps):,} records would need a grid of {total:,} "
            f"time stamps; the widest gap is from {observed.at(i)} to "
            f"{observed.at(i + 1)}",
            hint="correct the time stamps, or set data.frequency",
        )
    place = np.repeat(offsets[:-1] - first, np.diff(observed.bounds)) + steps
    values = np.full((total, columns), np.nan)
    values[place] = observed.values
    rows = np.full(total, -1)
    rows[place] = observed.records
    if observed.wide:
        offsets = np.arange(columns + 1) * total
    first_steps = np.repeat(first, columns)
    return _Grid(observed, values.T.reshape(-1), offsets, first_steps, rows)


def _refuse_empty_series(
    observed: Observations, offsets: IntArray, absent: npt.NDArray[np.bool_]
) -> None:
    counts = np.add.reduceat(absent, offsets[:-1], dtype=np.int64)
    empty = np.flatnonzero(counts == np.diff(offsets))
    if len(empty):
        more = f"; {len(empty):,} series are empty" if len(empty) > 1 else ""
        raise DataError(
            f"{observed.file}: series {observed.ids[empty[0]]!r} has no values{more}",
            hint="leave it out of data.target" if observed.wide else "delete its rows",
        )


def _repair(
    values: FloatArray,
    absent: npt.NDArray[np.bool_],
    offsets: IntArray,
    missing: Missing,
) -> FloatArray:
    """Return the values with the missing ones filled, NaN where that cannot be."""
    if missing == "zero":
        return np.where(absent, 0.0, values)
    position = np.arange(len(values))
    lengths = np.diff(offsets)
    before = np.maximum.accumulate(np.where(absent, -1, position))
    preceded = before >= np.repeat(offsets[:-1], lengths)
    if missing == "previous":
        return np.where(preceded, values[before], np.nan)
    after = np.where(absent, len(values), position)
    after = np.minimum.accumulate(after[::-1])[::-1]
    followed = after < np.repeat(offsets[1:], lengths)
    held = absent & preceded & followed
    left, right = before[held], after[held]
    share = (position[held] - left) / (right - left)
    filled = values.copy()
    filled[held] = values[left] * (1 - share) + values[right] * share
    return filled


def _trim(
    values: FloatArray,
    unfilled: npt.NDArray[np.bool_],
    absent: npt.NDArray[np.bool_],
    grid: _Grid,
) -> Cleaned:
    """Leave out what could not be filled, all of it at the ends of series."""
    starts, lengths = grid.offsets[:-1], np.diff(grid.offsets)
    trimmed = np.add.reduceat(unfilled, starts, dtype=np.int64)
    ends = np.where(unfilled, 0, np.arange(1, len(values) + 1))
    lead = np.maximum.reduceat(ends, starts) - (lengths - trimmed) - starts
    offsets = np.concatenate([[0], np.cumsum(lengths - trimmed)])
    kept = ~unfilled
    return Cleaned(
        values[kept], offsets, grid.first_steps + lead, absent[kept], trimmed
    )
