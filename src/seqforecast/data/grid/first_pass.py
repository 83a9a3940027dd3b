"""What one pass tells of the series of a file: lengths, order, time stamps."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.grid.records import Records
from seqforecast.data.panel import IntArray
from seqforecast.errors import DataError

_DAY = 86_400_000_000  # microseconds
_SET = (2, 3, 4, 7, 8, 9, 10)  # months after January in which clocks are set
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
        disordered: the groups in which time stands still, or goes back and forth,
            rising.
        is_backward: whether every group runs from the newest record to the oldest;
            then `first` and `last` are those in the order of time all the same.
    """

    counts: IntArray
    first: IntArray
    last: IntArray
    widest: IntArray
    lengths: IntArray
    tally: IntArray
    weekdays: bool
    disordered: IntArray
    is_backward: bool = False


class _Notebook:
    """What is known after some batches; the arrays grow with the groups."""

    def __init__(self) -> None:
        self.counts, self.first = np.zeros((2, 0), np.int64)
        self.forward, self.backward = np.zeros((2, 0), np.int64)
        self.lengths = self.tally = np.zeros(0, np.int64)
        self.still: set[int] = set()
        self.succession = Predecessors(np.int64)

    def add(self, groups: IntArray, times: IntArray) -> None:
        """Take in records sorted by group."""
        starts, stops = runs(groups)
        here, size = groups[starts], int(groups[-1]) + 1
        self.counts, self.first = (
            grown(array, size) for array in (self.counts, self.first)
        )
        self.forward, self.backward = (
            grown(array, size) for array in (self.forward, self.backward)
        )
        new = self.counts[here] == 0
        self.first[here[new]] = times[starts[new]]
        self.counts[here] += stops - starts
        before, known = self.succession.before(groups, times)
        lengths = times - before
        forward = np.maximum.reduceat(lengths, starts)
        self.forward[here] = np.maximum(self.forward[here], forward)
        still = groups[known & (lengths == 0)]
        if len(still):
            self.still.update(np.unique(still).tolist())
        if lengths.min() < 0:  # as a rule it is not
            backward = -np.minimum.reduceat(lengths, starts)
            self.backward[here] = np.maximum(self.backward[here], backward)
            lengths = np.abs(lengths)
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
        first, last = self.first[:size], self.succession.last(size)
        forward, backward = self.forward[:size], self.backward[:size]
        is_backward = bool(backward.any() and not forward.any() and not self.still)
        disordered = self.still
        if not is_backward:
            disordered = disordered.union(np.flatnonzero(backward).tolist())
        return Overview(
            counts=self.counts[:size],
            first=last if is_backward else first,
            last=first if is_backward else last,
            widest=np.maximum(forward, backward),
            lengths=self.lengths,
            tally=self.tally,
            weekdays=weekdays,
            disordered=np.array(sorted(disordered), np.int64),
            is_backward=is_backward,
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
        common = int(overview.lengths[np.argmax(overview.tally)])
        raise DataError(
            f"{observed.file}: {excerpt.name(first)}time stamp {excerpt.stamp(first)} "
            f"stands twice, in {excerpt.where(first)} and in {excerpt.where(second)}; "
            f"records that repeat a time stamp: {len(seconds):,}",
            hint=hint_at_clocks(observed, common, times[seconds])
            + "keep one record for each time stamp"
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


def hint_at_clocks(observed: Records, common: int, times: IntArray) -> str:
    """Return what to do where stamps are doubled or absent as if clocks had been set.

    That is within an hour of a night from Friday to Sunday, in spring or autumn, at
    most once in some months, while stamps are otherwise less than half a day apart.
    Anything else: no hint.

    Args:
        observed: where they stand, or should.
        common: microseconds between most stamps.
        times: all that are doubled, or absent; as in `Batch`.
    """
    if not observed.dated or common >= _DAY // 2:
        return ""
    shown = observed.zone.clocks(np.unique(times).astype("datetime64[us]"))
    days, within = np.divmod(shown.astype("datetime64[us]").astype(np.int64), _DAY)
    nights, begins, counts = np.unique(days, return_index=True, return_counts=True)
    spans = within[begins + counts - 1] - within[begins]
    is_late = within.max() >= _DAY // 6 or spans.max() >= _DAY // 24
    months = nights.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    is_usual = np.all(np.isin(months % 12, _SET)) and np.all((nights + 3) % 7 >= 4)
    if is_late or not is_usual or np.any(np.diff(nights) < 100):
        return ""
    if observed.zone.is_shown:
        return f"is data.time_zone: {observed.zone.name} right? else "
    return (
        "if clocks were set then, set data.time_zone to their zone, such as "
        "Europe/Berlin; else "
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
