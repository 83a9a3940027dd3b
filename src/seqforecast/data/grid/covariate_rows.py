"""Covariates for every step of every series, or a refusal."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from seqforecast.data.grid.grid import Grid
from seqforecast.data.grid.placement import Placed, cut_ends, find
from seqforecast.data.grid.records import Records
from seqforecast.data.missing_values import Cleaned, repair, require_season
from seqforecast.data.panel import Covariates, IntArray
from seqforecast.data.table.section import Missing
from seqforecast.errors import DataError

Mask = npt.NDArray[np.bool_]
_CHOICES = (
    "set data.covariate_missing to previous, interpolate or zero, which leaves the "
    "target as it is, or fill the file"
)
_ZERO = "set data.covariate_missing: zero, or fill it"


def leave_future(placed: Placed) -> tuple[Placed, str]:
    """Take the empty steps after the last value of each series for its future.

    They are no missing values; the covariates keep their rows. A series without any
    value is left as it is. Returns what is left, and a note, empty when there is none.
    """
    offsets = placed.offsets
    ends = np.zeros((2, len(offsets) - 1), np.int64)
    for i in np.flatnonzero(np.isnan(placed.values[offsets[1:] - 1])).tolist():
        present = ~np.isnan(placed.values[offsets[i] : offsets[i + 1]])
        if present.any():
            ends[1, i] = np.argmax(present[::-1])
    if not ends.any():
        return placed, ""
    values, offsets = cut_ends(placed.values, offsets, ends)
    note = (
        f"steps after the last value of a series, taken for its future: "
        f"{ends.sum():,}, in {np.count_nonzero(ends[1]):,} of {len(ends[1]):,} series"
    )
    return replace(placed, values=values, offsets=offsets), note


def cover(
    observed: Records, placed: Placed, cleaned: Cleaned, grid: Grid
) -> "CovariateRows":
    """Return where the covariates of each series lie; see `CovariateRows`."""
    moved = cleaned.first_steps - placed.first_steps
    series = np.arange(len(moved))
    groups = np.zeros_like(series) if observed.wide else series
    starts = placed.bounds[groups] + moved
    return CovariateRows(
        observed, placed, grid, groups, starts, np.diff(cleaned.offsets)
    )


@dataclass(frozen=True, slots=True, eq=False)
class CovariateRows:
    """Rows of the covariates that must be there, series by series.

    Attributes:
        observed: where they come from, for messages.
        placed: holds them; missing ones are filled in place.
        grid: from steps to time stamps, for messages.
        groups: shape (series,), the group whose rows each series reads.
        starts: shape (series,), the row of each series' first value.
        lengths: shape (series,), how many values it has.
    """

    observed: Records
    placed: Placed
    grid: Grid
    groups: IntArray
    starts: IntArray
    lengths: IntArray

    def fill(
        self,
        past: int,
        missing: Missing,
        season: int | None = None,
        setting: str = "data.missing",
    ) -> dict[str, int]:
        """Fill missing values as told; return how many, by column.

        A value is missing at a step at which a series has one, and, of a column known
        over the horizon, before the last one that is known.

        Args:
            past: how many of the columns are known up to the cutoff only.
            missing: what to do.
            season: steps in one season, for `seasonal`.
            setting: what says so, for messages.

        Raises:
            DataError: values are missing and `missing` is error, or cannot be filled.
            ConfigError: there is no season that `missing: seasonal` needs.
        """
        filled = {}
        for number, name in enumerate(self.observed.covariates):
            column = self.placed.covariates[:, number]
            present = ~np.isnan(column)
            stops = self.starts + self.lengths
            if number >= past:
                stops = np.maximum(stops, self._known(present))
            absent = np.flatnonzero(self._between(stops) & ~present)
            if not len(absent):
                continue
            if missing == "error":
                self._refuse(name, absent, "", _CHOICES)
            require_season(missing, season, setting)
            whole = column.copy()
            repair(whole, self.placed.bounds, missing, season or 1)
            column[absent] = whole[absent]
            left = absent[np.isnan(column[absent])]
            if len(left):
                why = f", and `{missing}` finds no neighbour to fill it from"
                self._refuse(name, left, why, _ZERO)
            filled[name] = len(absent)
        return filled

    def covariates(
        self, past: int, static: dict[str, npt.NDArray[np.generic]]
    ) -> Covariates:
        """Return the covariates of a panel whose series are those that were cleaned."""
        names, table = self.observed.covariates, self.placed.covariates
        table.flags.writeable = False
        firsts = np.cumsum(self.lengths) - self.lengths
        return Covariates(
            past=names[:past],
            future=names[past:],
            table=table,
            shifts=self.starts - firsts,
            stops=self.placed.bounds[self.groups + 1],
            static=static,
        )

    def _known(self, present: Mask) -> IntArray:
        """Return the row after the last one that is known, shape (series,)."""
        rows = np.where(present, np.arange(1, len(present) + 1), 0)
        last = np.maximum.reduceat(rows, self.placed.bounds[:-1])
        return np.asarray(last[self.groups], np.int64)

    def _between(self, stops: IntArray) -> Mask:
        """Return which rows any series needs, from its first value to a stop."""
        return rows_between(self.starts, stops, len(self.placed.covariates))

    def _refuse(self, name: str, absent: IntArray, why: str, hint: str) -> None:
        row, bounds, observed = int(absent[0]), self.placed.bounds, self.observed
        group = int(np.searchsorted(bounds, row, side="right")) - 1
        step = int(self.placed.first_steps[group] + row - bounds[group])
        record = find(observed, self.grid, group, step)
        where = "the time stamp is absent" if record is None else observed.where(record)
        whose = "" if observed.wide else f" of series {observed.ids[group]!r}"
        raise DataError(
            f"{observed.file}: column {name!r}{whose} has no value at "
            f"{self.grid.text(step)} ({where}){why}; missing in this "
            f"column: {len(absent):,}",
            hint=hint,
        )


def rows_between(starts: IntArray, stops: IntArray, rows: int) -> Mask:
    """Return which of so many rows lie in any span [start, stop), shape (rows,)."""
    changes = np.zeros(rows + 1, np.int32)
    np.add.at(changes, starts, 1)
    np.add.at(changes, stops, -1)
    return np.asarray(np.cumsum(changes[:-1]) > 0)


def describe_filling(
    filled: dict[str, int], setting: str = "data.missing"
) -> tuple[str, ...]:
    """Say which covariates were filled, by which setting."""
    if not filled:
        return ()
    counts = ", ".join(f"{name} {count:,}" for name, count in filled.items())
    return (f"missing values of covariates filled as {setting} says: {counts}",)
