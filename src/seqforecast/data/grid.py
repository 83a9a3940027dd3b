"""Grid: the time stamps all series share, found in the data or taken as given."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from seqforecast.data.frequency import likely_aliases
from seqforecast.data.observations import Observations, format_stamp
from seqforecast.data.panel import IntArray
from seqforecast.errors import ConfigError, DataError

_EXAMPLES = "for example 15min, h, D, B, W-MON, MS, ME, QS, YS, or auto"
_ANCHOR_HINT = (
    "set data.frequency (see pandas offset aliases); monthly and longer steps must "
    "stand on the first or last day of a month"
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A first time stamp and the step to the next one; words as in `Panel`."""

    origin: Any
    frequency: str | int

    def stamp(self, step: int) -> pd.Timestamp | int:
        """Return the time stamp some steps after the origin."""
        if isinstance(self.frequency, int):
            return int(self.origin + self.frequency * step)
        offset: Any = to_offset(self.frequency)
        stamp: pd.Timestamp = self.origin + step * offset
        return stamp

    def text(self, step: int) -> str:
        """Return the time stamp some steps after the origin as text."""
        return format_stamp(self.stamp(step))

    def steps(self, times: IntArray) -> IntArray:
        """Return steps from the origin, same shape as `times`, -1 off the grid."""
        if isinstance(self.frequency, int):
            return _whole_steps(times - int(self.origin), self.frequency)
        pair = pd.date_range(self.origin, periods=2, freq=self.frequency)
        if pair[0] != self.origin:
            return np.full(len(times), -1, np.int64)
        offset = to_offset(self.frequency)
        fixed = (pd.offsets.Tick, pd.offsets.Day, pd.offsets.Week)
        if isinstance(offset, fixed):
            length = int((pair[1] - pair[0]) / pd.Timedelta(1, "us"))
            origin = int(
                self.origin.to_datetime64().astype("datetime64[us]").astype(np.int64)
            )
            return _whole_steps(times - origin, length)
        last = pd.Timestamp(int(times.max()), unit="us")
        dates = pd.date_range(self.origin, last, freq=self.frequency)
        wanted = pd.DatetimeIndex(times.astype("datetime64[us]"))
        return np.asarray(dates.as_unit("us").get_indexer(wanted), dtype=np.int64)


def _whole_steps(distances: IntArray, length: int) -> IntArray:
    steps, rest = np.divmod(distances, length)
    return np.where(rest == 0, steps, -1)


def lay_grid(observed: Observations, frequency: str | int) -> tuple[Grid, IntArray]:
    """Return the grid of all series and the step of every record on it.

    With `auto`, the most common difference decides, together with the calendar:
    month and quarter and year, at their start or end, weeks by their weekday, business
    days. Gaps do not disturb it.

    Args:
        observed: in order, without duplicates.
        frequency: auto, a pandas offset alias, or the step of whole-number times.

    Raises:
        ConfigError: the frequency is no alias, or not one for such times.
        DataError: a stamp lies off the grid, series differ in frequency, or there
            are too few stamps to tell.
    """
    earliest = int(observed.times.min())
    origin = pd.Timestamp(earliest, unit="us") if observed.dated else earliest
    if frequency == "auto":
        common = _most_common_difference(observed)
        choices: list[str | int] = [common]
        if observed.dated:
            choices = [*likely_aliases(observed.times, common)]
    else:
        choices = [_checked(frequency, dated=observed.dated)]
    grids = [Grid(origin, choice) for choice in choices]
    laid = [(grid, grid.steps(observed.times)) for grid in grids]
    grid, steps = min(laid, key=lambda pair: int((pair[1] < 0).sum()))
    if (steps < 0).any():
        _refuse_off_grid(observed, grid, steps)
    if frequency == "auto":
        _refuse_mixed(observed, grid, steps)
    return grid, steps


def _most_common_difference(observed: Observations) -> int:
    within = np.diff(observed.groups) == 0
    if not within.any():
        raise DataError(
            f"{observed.file}: every series has only one time stamp",
            hint="a series needs many records; do data.time and data.id name the "
            "right columns?",
        )
    lengths, counts = np.unique(np.diff(observed.times)[within], return_counts=True)
    return int(lengths[np.argmax(counts)])


def _checked(frequency: str | int, *, dated: bool) -> str | int:
    if isinstance(frequency, int):
        if dated:
            raise ConfigError(
                f"data.frequency is {frequency}, but the time column holds dates",
                hint="give a pandas offset alias such as h, D, W-MON or MS, or auto",
            )
        return frequency
    if not dated:
        raise ConfigError(
            f"data.frequency is {frequency!r}, but the time column holds whole numbers",
            hint="give their step as a whole number, or auto",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            offset: Any = to_offset(frequency)
    except (ValueError, FutureWarning) as error:
        raise ConfigError(
            f"data.frequency {frequency!r} is no pandas offset alias",
            hint=_EXAMPLES,
        ) from error
    if offset.n < 1:
        raise ConfigError(
            f"data.frequency {frequency!r} does not step forward", hint=_EXAMPLES
        )
    return frequency


def _refuse_off_grid(observed: Observations, grid: Grid, steps: IntArray) -> None:
    i = int(np.argmax(steps < 0))
    first = int(np.argmin(observed.times))
    where = f"is off the grid of {grid.frequency!r}"
    if i != first:
        where = (
            f"is no whole number of steps of {grid.frequency!r} after "
            f"{observed.at(first)}"
        )
    raise DataError(
        f"{observed.file}: {observed.name(int(observed.groups[i]))}{observed.at(i)} "
        f"{where}; off this grid: {(steps < 0).sum():,} of {len(steps):,} stamps",
        hint=_ANCHOR_HINT if observed.dated else "set data.frequency to the step",
    )


def _refuse_mixed(observed: Observations, grid: Grid, steps: IntArray) -> None:
    """Refuse a series whose most common step is not the one of the panel."""
    within = np.diff(observed.groups) == 0
    one = (np.diff(steps) == 1) & within
    groups = observed.groups[1:]
    size = len(observed.bounds) - 1
    ones, pairs = (
        np.bincount(groups[one], minlength=size),
        np.bincount(groups[within], minlength=size),
    )
    for group in np.flatnonzero(2 * ones < pairs):
        low, high = observed.bounds[group], observed.bounds[group + 1]
        lengths, counts = np.unique(np.diff(steps[low:high]), return_counts=True)
        if counts.max() <= ones[group]:
            continue
        length = int(lengths[np.argmax(counts)])
        i = int(low + np.argmax(np.diff(steps[low:high]) == length))
        raise DataError(
            f"{observed.file}: {observed.name(int(group))}most time stamps are "
            f"{length} steps of {grid.frequency!r} apart, as {observed.at(i)} and "
            f"{observed.at(i + 1)}; the other series step by one",
            hint="give all series one frequency; if these are gaps, set data.frequency "
            "and data.missing",
        )
