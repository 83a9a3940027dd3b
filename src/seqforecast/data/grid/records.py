"""The parsed records of a file, batch by batch, as often as needed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import FloatArray, IntArray, TimeZone, format_stamp

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Records that follow each other in the file.

    Attributes:
        start: the position of the first of them in the file.
        groups: shape (records,); which group each belongs to.
        times: shape (records,); whole numbers, or microseconds since 1970.
        column: the first of the columns that `values` holds.
        values: shape (columns, records), float64, NaN where missing; no columns
            where the values were not asked for.
    """

    start: int
    groups: IntArray
    times: IntArray
    column: int
    values: FloatArray

    def order(self) -> npt.NDArray[np.intp] | slice:
        """Return what sorts the records by group and keeps their order within."""
        if np.all(self.groups[1:] >= self.groups[:-1]):
            return slice(None)
        return np.argsort(self.groups, kind="stable")


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of a file, in groups that may alternate.

    A long file has one group a series and one column; a wide file has one group
    and one column a series.

    Attributes:
        file: its path, for messages.
        where: from a record's position in the file to its line or row.
        dated: whether the times are dates.
        ids: one name a series; in a long file whole after the first pass.
        wide: whether series are columns.
        times: a pass over the records without their values.
        values: a pass over the records with their values; the columns may come one
            bundle after another.
        covariates: names of the columns that follow those of the series.
        zone: of the times.
        remarks: what the last pass with values had to say of them; for
            `Panel.notes`.
        time_format: how they are written; as in `Panel`.
        time_notes: how they were read; as in `Panel`.
    """

    file: str
    where: Callable[[int], str]
    dated: bool
    ids: Sequence[str]
    wide: bool
    times: Callable[[], Iterator[Batch]]
    values: Callable[[], Iterator[Batch]]
    covariates: tuple[str, ...] = ()
    zone: TimeZone = field(default_factory=TimeZone)
    remarks: list[str] = field(default_factory=list)
    time_format: str | None = None
    time_notes: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """How many columns of series there are."""
        return len(self.ids) if self.wide else 1

    def name(self, group: int) -> str:
        """Return what a message calls a group."""
        return "" if self.wide else f"series {self.ids[group]!r}: "

    def excerpt(self, groups: IntArray, *, by_time: bool = False) -> "Excerpt":
        """Return the times of a few groups, to look at them closely.

        Args:
            groups: which.
            by_time: in the order of time within, not of the file.
        """
        pieces = []
        for batch in self.times():
            mine = np.flatnonzero(np.isin(batch.groups, groups))
            pieces.append((batch.groups[mine], batch.times[mine], batch.start + mine))
        number, times, records = (
            np.concatenate(part) for part in zip(*pieces, strict=True)
        )
        order = np.argsort(number, kind="stable")
        if by_time:
            order = np.lexsort((records, times, number))
        return Excerpt(self, number[order], times[order], records[order])


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """All records of a few groups, group after group, in file order or by time within.

    Attributes:
        observed: what they are taken from.
        groups: shape (records,), rising.
        times: shape (records,); as in `Batch`.
        records: shape (records,), the position of each record in the file.
    """

    observed: Records
    groups: IntArray
    times: IntArray
    records: IntArray

    def name(self, i: int) -> str:
        """Return what a message calls the group of a record."""
        return self.observed.name(int(self.groups[i]))

    def where(self, i: int) -> str:
        """Return the line or row of a record."""
        return self.observed.where(int(self.records[i]))

    def at(self, i: int) -> str:
        """Return the time stamp of a record and where it stands."""
        return f"{self.stamp(i)} ({self.where(i)})"

    def stamp(self, i: int) -> str:
        """Return the time stamp of a record as text."""
        value = int(self.times[i])
        if not self.observed.dated:
            return format_stamp(value)
        import pandas as pd

        return self.observed.zone.text(pd.Timestamp(value, unit="us"))
