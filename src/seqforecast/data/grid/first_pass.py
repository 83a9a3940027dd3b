"""What one pass tells of the series of a file: lengths, order, time stamps."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.grid.records import Records
from seqforecast.data.panel import IntArray
from seqforecast.errors import DataError

_DAY = 86_400_000_000  # microseconds
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """Facts about the groups of a file, whose values were found readable.

    Attributes:
        counts: shape (groups,), records of each.
        first: shape (groups,), the time of the first record of each.
        last: shape (groups,), the time of the last record of each.
        widest: shape (groups,), the widest difference between neighbours in each.
        lengths: shape (lengths,), the differences between neighbours, rising.
        tally: shape (lengths,), how often each occurs.
        weekdays: whether dates never fall on a Saturday or Sunday.
        disordered: the groups in which time stands still or goes back, rising.
    """

    counts: IntArray
    first: IntArray
    last: IntArray
    widest: IntArray
    lengths: IntArray
    tally: IntArray
    weekdays: bool
    disordered: IntArray


class _Notebook:
    """What is known after some batches; the arrays grow with the groups."""

    def __init__(self) -> None:
        self.counts, self.first, self.widest = np.zeros((3, 0), np.int64)
        self.lengths = self.tally = np.zeros(0, np.int64)
        self.disordered: set[int] = set()
        self.succession = Predecessors(np.int64)

    def add(self, groups: IntArray, times: IntArray) -> None:
        """Take in records sorted by group."""
        starts, stops = runs(groups)
        here, size = groups[starts], int(groups[-1]) + 1
        self.counts, self.first, self.widest = (
            grown(array, size) for array in (self.counts, self.first, self.widest)
        )
        new = self.counts[here] == 0
        self.first[here[new]] = times[starts[new]]
        self.counts[here] += stops - starts
        before, known = self.succession.before(groups, times)
        lengths = times - before
        widest = np.maximum.reduceat(lengths, starts)
        self.widest[here] = np.maximum(self.widest[here], widest)
        still = groups[known & (lengths <= 0)]
        if len(still):
            self.disordered.update(np.unique(still).tolist())
        self._count(lengths[known])

    def _count(self, lengths: IntArray) -> None:
        if not len(lengths):
            return
        # Most are alike: sorting only the others is many times faster.
        alike = self.lengths[np.argmax(self.tally)] if len(self.tally) else lengths[0]
        others = lengths[lengths != alike]
        distances, tally = np.unique(others, return_counts=True)
        distances = np.concatenate([self.lengths, [alike], distances])
        tally = np.concatenate([self.tally, [len(lengths) - len(others)], tally])
        self.lengths, place = np.unique(distances, return_inverse=True)
        self.tally = np.zeros(len(self.lengths), np.int64)
        np.add.at(self.tally, place, tally)

    def close(self, *, weekdays: bool) -> Overview:
        """Return all of it."""
        size = int(np.flatnonzero(self.counts)[-1]) + 1
        return Overview(
            counts=self.counts[:size],
            first=self.first[:size],
            last=self.succession.last(size),
            widest=self.widest[:size],
            lengths=self.lengths,
            tally=self.tally,
            weekdays=weekdays,
            disordered=np.array(sorted(self.disordered), np.int64),
        )


def look_over(observed: Records) -> Overview:
    """Pass over all records once, values included.

    Raises:
        DataError: an id or a value cannot be read.
    """
    notebook, weekdays = _Notebook(), observed.dated
    for batch in observed.values():
        if batch.column:
            continue  # the same records again, with other columns
        order = batch.order()
        notebook.add(batch.groups[order], batch.times[order])
        # 1970-01-01 was a Thursday.
        weekdays = weekdays and bool(np.all((batch.times // _DAY + 3) % 7 < 5))
    return notebook.close(weekdays=weekdays)


def check_order(observed: Records, overview: Overview) -> None:
    """Refuse stamps that are repeated, or go back, within a group.

    Raises:
        DataError: naming the first such records in the file.
    """
    if not len(overview.disordered):
        return
    excerpt = observed.excerpt(overview.disordered)
    groups, times, records = excerpt.groups, excerpt.times, excerpt.records
    order = np.lexsort((records, times, groups))
    twice = (np.diff(times[order]) == 0) & (np.diff(groups[order]) == 0)
    if twice.any():
        seconds = order[1:][twice]
        which = int(np.argmin(records[seconds]))
        second, first = int(seconds[which]), int(order[:-1][twice][which])
        raise DataError(
            f"{observed.file}: {excerpt.name(first)}time stamp {excerpt.stamp(first)} "
            f"stands twice, in {excerpt.where(first)} and in {excerpt.where(second)}; "
            f"records that repeat a time stamp: {len(seconds):,}",
            hint="keep one record for each time stamp"
            + (
                "; if one row is one observation, set data.layout: long"
                if observed.wide
                else " of a series; data.id names the column that tells series apart"
            ),
        )
    backward = np.flatnonzero((np.diff(times) <= 0) & (np.diff(groups) == 0)) + 1
    i = int(backward[np.argmin(records[backward])])
    raise DataError(
        f"{observed.file}: {excerpt.name(i)}time goes back from {excerpt.at(i - 1)} to "
        f"{excerpt.at(i)}",
        hint="sort the file by series and time",
    )


class Predecessors:
    """Remembers the last entry of every group from one batch to the next."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._last = np.zeros(0, dtype)
        self._seen = np.zeros(0, np.bool_)

    def before(
        self, groups: IntArray, entries: Array
    ) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Return the entry before each one in its group, and whether there is one.

        The first entry of a group has itself before it. Both have shape (records,).

        Args:
            groups: shape (records,), rising, at least one.
            entries: shape (records,).
        """
        starts, stops = runs(groups)
        here = groups[starts]
        self._last = grown(self._last, int(here[-1]) + 1)
        self._seen = grown(self._seen, int(here[-1]) + 1)
        seen = self._seen[here]
        before = np.empty_like(entries)
        before[1:] = entries[:-1]
        before[starts] = np.where(seen, self._last[here], entries[starts])
        known = np.ones(len(entries), np.bool_)
        known[starts] = seen
        self._last[here] = entries[stops - 1]
        self._seen[here] = True
        return before, known

    def last(self, groups: int) -> Array:
        """Return the last entry of each group, shape (groups,)."""
        return self._last[:groups]


def runs(groups: IntArray) -> tuple[IntArray, IntArray]:
    """Return where each group of rising numbers begins and ends, shape (runs,)."""
    borders = np.flatnonzero(groups[1:] != groups[:-1]) + 1
    return np.append(0, borders), np.append(borders, len(groups))


def grown(array: Array, size: int) -> Array:
    """Return the array, with zeros after it if it is shorter than `size`."""
    if len(array) >= size:
        return array
    longer = np.zeros(max(size, 2 * len(array)), array.dtype)
    longer[: len(array)] = array
    return longer
