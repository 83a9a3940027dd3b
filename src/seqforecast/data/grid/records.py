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
    time_format: str | None = None
