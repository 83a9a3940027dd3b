"""Observations: the parsed records of a file, grouped, and a check of their order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """The records of a file, grouped; the groups follow each other.

    A long file has one group a series and one column; a wide file has one group
    and one column a series.

    Attributes:
        file: its path, for messages.
        where: from a record's position in the file to its line or row.
        times: shape (records,); whole numbers, or microseconds since 1970.
        dated: whether the times are dates.
        records: shape (records,), the position of each record in the file.
        bounds: shape (groups + 1,); group i is records bounds[i]:bounds[i + 1].
        values: shape (records, columns), float64, NaN where missing.
        ids: one name a series.
        wide: whether series are columns.
    """

    file: str
    where: Callable[[int], str]
    times: IntArray
    dated: bool
    records: IntArray
    bounds: IntArray
    values: FloatArray
    ids: tuple[str, ...]
    wide: bool

    @property
    def groups(self) -> IntArray:
        """The group of each record, shape (records,)."""
        return np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))

    def name(self, group: int) -> str:
        """Return what a message calls a group."""
        return "" if self.wide else f"series {self.ids[group]!r}: "

    def at(self, i: int) -> str:
        """Return the time stamp of a record and where it stands."""
        return f"{self.stamp(i)} ({self.where(int(self.records[i]))})"

    def stamp(self, i: int) -> str:
        """Return the time stamp of a record as text."""
        value = int(self.times[i])
        if not self.dated:
            return format_stamp(value)
        import pandas as pd

        return format_stamp(pd.Timestamp(value, unit="us"))


def format_stamp(stamp: "pd.Timestamp | int") -> str:
    """Return a time stamp as text, without the time of day at midnight."""
    return str(stamp).removesuffix(" 00:00:00")


def check_order(observed: Observations) -> None:
    """Refuse stamps that are repeated, or go back, within a series.

    Raises:
        DataError: naming the first such records in the file.
    """
    groups, times = observed.groups, observed.times
    forward = (np.diff(times) > 0) | (np.diff(groups) > 0)
    if forward.all():
        return
    order = np.lexsort((observed.records, times, groups))
    twice = (np.diff(times[order]) == 0) & (np.diff(groups[order]) == 0)
    if twice.any():
        seconds = order[1:][twice]
        which = int(np.argmin(observed.records[seconds]))
        second, first = int(seconds[which]), int(order[:-1][twice][which])
        where = [observed.where(int(observed.records[i])) for i in (first, second)]
        raise DataError(
            f"{observed.file}: {observed.name(int(groups[first]))}"
            f"time stamp {observed.stamp(first)} stands twice, in {where[0]} and in "
            f"{where[1]}; records that repeat a time stamp: {len(seconds):,}",
            hint="keep one record for each time stamp"
            + (
                "; if one row is one observation, set data.layout: long"
                if observed.wide
                else " of a series; data.id names the column that tells series apart"
            ),
        )
    backward = np.flatnonzero(~forward) + 1
    i = int(backward[np.argmin(observed.records[backward])])
    raise DataError(
        f"{observed.file}: {observed.name(int(groups[i]))}time goes back from "
        f"{observed.at(i - 1)} to {observed.at(i)}",
        hint="sort the file by series and time",
    )
