"""Panel: all series of a data set in one flat array, with their covariates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from seqforecast.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TimeZone:
    """The clock that time stamps show.

    Attributes:
        name: as the file has it: a place, or an offset such as +09:00; empty where
            none is told.
        is_utc: whether stamps were turned into UTC, since the zone's offset changes.
        is_shown: whether what is written shows the clocks of the zone all the same.
    """

    name: str = ""
    is_utc: bool = False
    is_shown: bool = False

    def show(self, stamps: npt.NDArray[Any]) -> Any:
        """Return time stamps as they are written: a pandas index, with the zone."""
        import pandas as pd

        index = pd.DatetimeIndex(stamps)
        if not self.is_shown:
            return index
        return index.tz_localize("UTC").tz_convert(self.name)

    def clocks(self, stamps: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return what clocks show at time stamps, same shape; numbers as they are."""
        if not self.is_shown or stamps.dtype.kind != "M":
            return stamps
        shown = self.show(stamps.reshape(-1)).tz_localize(None)
        return np.asarray(shown.to_numpy()).reshape(stamps.shape)

    def moment(self, shown: "pd.Timestamp") -> "pd.Timestamp":
        """Return the stamp at which clocks show something; the later one of two."""
        if not self.is_shown:
            return shown
        placed = shown.tz_localize(
            self.name, ambiguous=False, nonexistent="shift_backward"
        )
        return placed.tz_convert("UTC").tz_localize(None)

    def text(self, stamp: "pd.Timestamp | int") -> str:
        """Return a time stamp as messages have it, with the offset if it changes."""
        if self.is_shown and not isinstance(stamp, int):
            stamp = stamp.tz_localize("UTC").tz_convert(self.name)
        return format_stamp(stamp)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Series without gaps, one after another in a flat array.

    Every time stamp of every series is a whole number of steps after `origin`,
    so that cutoffs of different series can be compared as whole numbers.

    Attributes:
        values: shape (total,), float32, in the unit of the data; read-only.
        offsets: shape (series + 1,); series i is values[offsets[i]:offsets[i + 1]].
        ids: one name a series, in file order.
        first_steps: shape (series,); steps from `origin` to each series' start.
        origin: the earliest time stamp: a pandas Timestamp, or a whole number.
        frequency: a pandas offset alias, or, for whole-number times, their step.
        season: steps in one season; None when there is none or it is unknown.
        sha256: of the file, or of the generated values.
        notes: what was inferred, ignored or repaired, one sentence each.
        time_notes: of these, how time stamps and their order were read.
        filled: shape (filled,), rising; where in `values` those lie that the data do
            not have. They are inputs like others, and are never scored.
        groups: the group of each series, when one was asked for.
        covariates: what the file says beside the series; None when nothing is asked.
        zone: of the time stamps.
        time_format: how the data write them, where that is neither typed nor ISO 8601
            nor a count of steps.
    """

    values: FloatArray
    offsets: IntArray
    ids: tuple[str, ...]
    first_steps: IntArray
    origin: "pd.Timestamp | int"
    frequency: str | int
    season: int | None
    sha256: str
    notes: tuple[str, ...] = ()
    time_notes: tuple[str, ...] = ()
    filled: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    groups: tuple[str, ...] | None = None
    covariates: "Covariates | None" = None
    zone: TimeZone = field(default_factory=TimeZone)
    time_format: str | None = None

    @property
    def lengths(self) -> IntArray:
        """Steps of each series, shape (series,)."""
        return np.diff(self.offsets)

    def series(self, index: int) -> FloatArray:
        """Return a view of one series, shape (steps,)."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def stamps(self, steps: IntArray) -> npt.NDArray[Any]:
        """Return time stamps of steps counted from `origin`, same shape.

        Steps after the end of the data are allowed: they are the future.
        Dates come back as datetime64, whole-number times as int64.
        """
        if isinstance(self.origin, int):
            return self.origin + int(self.frequency) * np.asarray(steps)
        import pandas as pd

        last = int(np.max(steps, initial=0))
        grid = pd.date_range(self.origin, periods=last + 1, freq=str(self.frequency))
        return grid.to_numpy()[steps]

    def clocks(self, steps: IntArray) -> npt.NDArray[Any]:
        """Return what clocks of the zone show at steps; for people, not to count with.

        Same shape; where clocks were set back, two steps show the same.
        """
        return self.zone.clocks(self.stamps(steps))


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Columns of numbers by step, and columns of one value a series; raw.

    A value of series i at position p of the flat array has its numbers in row
    p + shifts[i] of the table. In a wide file all series share the rows, in a long one
    each has its own. The rows after a series' last value are its future.

    Attributes:
        past: names of the columns known up to the cutoff.
        future: names of the columns known over the horizon too.
        table: shape (rows, past + future), float32; NaN after the end of a series
            where nothing is known, else finite.
        shifts: shape (series,).
        stops: shape (series,); the row after the last one of each series.
        static: by column, shape (series,): texts, numbers among them.
    """

    past: tuple[str, ...]
    future: tuple[str, ...]
    table: FloatArray
    shifts: IntArray
    stops: IntArray
    static: Mapping[str, npt.NDArray[Any]]


def check_future(panel: Panel, horizon: int) -> None:
    """Refuse series after whose end a column of the future is not known.

    Raises:
        DataError: names the first such series and column, and how many steps.
    """
    covariates = panel.covariates
    if covariates is None or not covariates.future:
        return
    rows = (panel.offsets[1:] + covariates.shifts)[:, np.newaxis] + np.arange(horizon)
    beyond = rows >= covariates.stops[:, np.newaxis]
    rows = np.minimum(rows, len(covariates.table) - 1)
    for number, name in enumerate(covariates.future, start=len(covariates.past)):
        missing = beyond | np.isnan(covariates.table[:, number][rows])
        short = np.flatnonzero(missing.any(axis=1))
        if not len(short):
            continue
        i = int(short[0])
        step = panel.first_steps[i] + panel.lengths[i] + int(np.argmax(missing[i]))
        stamp = panel.clocks(np.array([step])).tolist()[0]
        if not isinstance(panel.origin, int):
            stamp = format_stamp(type(panel.origin)(stamp))
        raise DataError(
            f"series {panel.ids[i]!r} needs column {name!r} for the {horizon} steps "
            f"after its last value, but {missing[i].sum()} of them are missing, first "
            f"that of {stamp}; such series: {len(short):,} of {len(panel.ids):,}",
            hint="add records after the end with the columns of data.future and an "
            "empty target",
        )


def format_stamp(stamp: "pd.Timestamp | int") -> str:
    """Return a time stamp as text, without the time of day at midnight."""
    return str(stamp).removesuffix(" 00:00:00")
