"""Placement of values: from the batches of a file to steps in one flat array."""

from dataclasses import dataclass

import numpy as np

from seqforecast.data.grid.first_pass import Overview, Predecessors, runs
from seqforecast.data.grid.grid import Grid
from seqforecast.data.grid.records import Records
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.errors import DataError

LARGEST = 100_000_000  # values on a grid that is also 20 times the file
_NOTICEABLE = 1e-3  # of the standard deviation of a series' changes


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Values on the grid, series after series; NaN where there is none.

    Attributes:
        values: shape (total,), float32.
        offsets: shape (series + 1,); as in `Panel`.
        first_steps: shape (series,); as in `Panel`.
        coarse: the series that float32 rounds noticeably; see `RoundingCheck`.
        bounds: shape (groups + 1,); the rows of group i are bounds[i]:bounds[i + 1].
            A long file has one group a series, a wide one has one for all.
        covariates: shape (rows, covariates), float32; NaN where there is none.
    """

    values: FloatArray
    offsets: IntArray
    first_steps: IntArray
    coarse: IntArray
    bounds: IntArray
    covariates: FloatArray


def place(observed: Records, overview: Overview, grid: Grid) -> Placed:
    """Pass over the records and put each value where it belongs.

    Args:
        observed: in order, all of them on the grid.
        overview: of these records.
        grid: from times to steps.

    Raises:
        DataError: the grid would be huge.
    """
    first, last = grid.steps(overview.first), grid.steps(overview.last)
    lengths, columns = last - first + 1, observed.columns
    total = sum(lengths.tolist())  # 64 bits may not hold it
    if total * columns > max(LARGEST, 20 * columns * int(overview.counts.sum())):
        _refuse_wide_gaps(observed, overview, total)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    shifts = bounds[:-1] - first
    values = np.full((columns, total), np.nan, np.float32)
    covariates = np.full((total, len(observed.covariates)), np.nan, np.float32)
    rounding = RoundingCheck(len(observed.ids))
    for batch in observed.values():
        order = batch.order()
        groups, steps = batch.groups[order], grid.steps(batch.times[order])
        where = shifts[groups] + steps
        block, begin = batch.values[:, order], batch.column
        mine = block[: max(columns - begin, 0)]  # the others are covariates
        for row, column in enumerate(block[len(mine) :], start=begin + len(mine)):
            covariates[where, row - columns] = column
        if not len(mine):
            continue
        rows = np.arange(begin, begin + len(mine))
        values[rows[:, np.newaxis], where] = mine
        series = np.repeat(rows, len(steps)) if observed.wide else groups
        rounding.add(series, np.tile(steps, len(mine)), mine.reshape(-1))
    offsets = np.arange(columns + 1) * total if observed.wide else bounds
    return Placed(
        values=values.reshape(-1),
        offsets=offsets,
        first_steps=np.repeat(first, columns),
        coarse=rounding.noticeable(),
        bounds=bounds,
        covariates=covariates,
    )


def cut_ends(
    values: FloatArray, offsets: IntArray, ends: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return series without so many steps at their starts and ends, moved in place.

    Args:
        values: shape (total,), series after series.
        offsets: shape (series + 1,), where they begin and end.
        ends: shape (2, series), how many steps go.
    """
    lengths = np.diff(offsets) - ends.sum(axis=0)
    after = np.concatenate([[0], np.cumsum(lengths)])
    starts = offsets[:-1] + ends[0]
    # Each series moves to the left or stays, so none is written over before its turn.
    for start, new, length in zip(starts, after[:-1], lengths, strict=True):
        values[new : new + length] = values[start : start + length]
    return values[: after[-1]], after


def find(observed: Records, grid: Grid, group: int, step: int) -> int | None:
    """Return which record of a group stands on a step, None where it is absent."""
    for batch in observed.times():
        here = (batch.groups == group) & (grid.steps(batch.times) == step)
        if here.any():
            return batch.start + int(np.argmax(here))
    return None


def _refuse_wide_gaps(observed: Records, overview: Overview, total: int) -> None:
    widest = np.array([np.argmax(overview.widest)])
    excerpt = observed.excerpt(widest, by_time=True)
    i = int(np.argmax(np.diff(excerpt.times)))
    raise DataError(
        f"{observed.file}: {overview.counts.sum():,} records would need a grid of "
        f"{total:,} time stamps; the widest gap is from {excerpt.at(i)} to "
        f"{excerpt.at(i + 1)}",
        hint="correct the time stamps, or set data.frequency",
    )


class RoundingCheck:
    """Compares what float32 rounds away with the changes of each series.

    Changes are those between neighbouring observed values, per step, so that a gap
    of three steps counts as three equal changes. They are summed up as distances from
    the first change of the series: a straight line then has deviation 0 exactly, and
    no digits cancel, since that change is among those summed.
    """

    def __init__(self, series: int) -> None:
        self._rounded = np.zeros(series)
        self._first = np.full(series, np.nan)
        self._sums = np.zeros((3, series))  # weights, distances, their squares
        self._values, self._steps = Predecessors(np.float64), Predecessors(np.int64)

    def add(self, series: IntArray, steps: IntArray, values: FloatArray) -> None:
        """Take in records sorted by series, in order within; all shape (records,).

        The order may be that of time, or run back in it.
        """
        present = ~np.isnan(values)
        if not present.all():
            series, steps, values = series[present], steps[present], values[present]
        if not len(values):
            return
        starts, stops = runs(series)
        here = series[starts]
        rounded = np.abs(values - values.astype(np.float32))
        rounded = np.maximum.reduceat(rounded, starts)
        self._rounded[here] = np.maximum(self._rounded[here], rounded)
        before, known = self._values.before(series, values)
        spans = np.abs(steps - self._steps.before(series, steps)[0])
        changes = (values - before) / np.maximum(spans, 1)
        change = starts + ~known[starts]  # where the first change of each stands
        new = np.isnan(self._first[here]) & (change < stops)
        self._first[here[new]] = changes[change[new]]
        distances = np.where(known, changes - self._first[series], 0.0)
        for row, terms in enumerate((spans, spans * distances, spans * distances**2)):
            self._sums[row, here] += np.add.reduceat(terms, starts)

    def noticeable(self) -> IntArray:
        """Return the series that float32 rounds by over a thousandth of a deviation."""
        weights, distances, squares = self._sums
        weights = np.maximum(weights, 1)
        variance = squares / weights - (distances / weights) ** 2
        deviation = np.sqrt(np.maximum(variance, 0.0))
        noticed = (deviation > 0) & (self._rounded > _NOTICEABLE * deviation)
        return np.flatnonzero(noticed)
