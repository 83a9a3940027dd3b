"""The grid all series share: a first time stamp and a step, found and checked."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from seqforecast.data.frequency import likely_aliases
from seqforecast.data.grid.first_pass import Overview, Predecessors, runs
from seqforecast.data.grid.records import Excerpt, Records
from seqforecast.data.panel import IntArray, TimeZone
from seqforecast.errors import ConfigError, DataError

_HOUR = 3_600_000_000  # microseconds
_WEEK = 7 * 24 * _HOUR
_AT_A_TIME = 4_000_000  # records looked at closely
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
    zone: TimeZone = field(default_factory=TimeZone)

    def stamp(self, step: int) -> pd.Timestamp | int:
        """Return the time stamp some steps after the origin."""
        if isinstance(self.frequency, int):
            return int(self.origin + self.frequency * step)
        if step == 0:  # fiscal offsets refuse to be taken no times
            return pd.Timestamp(self.origin)
        offset: Any = to_offset(self.frequency)
        stamp: pd.Timestamp = self.origin + step * offset
        return stamp

    def text(self, step: int) -> str:
        """Return the time stamp some steps after the origin as text."""
        return self.zone.text(self.stamp(step))

    def steps(self, times: IntArray) -> IntArray:
        """Return steps from the origin, same shape as `times`, -1 off the grid."""
        length = self._length()
        if length is not None:
            steps, rest = np.divmod(times - self._origin(), length)
            return np.where(rest == 0, steps, -1)
        alias = str(self.frequency)
        if pd.date_range(self.origin, periods=1, freq=alias)[0] != self.origin:
            return np.full(len(times), -1, np.int64)
        last = pd.Timestamp(int(times.max()), unit="us")
        dates = pd.date_range(self.origin, last, freq=alias)
        stamps = pd.DatetimeIndex(times.astype("datetime64[us]"))
        return np.asarray(dates.as_unit("us").get_indexer(stamps), dtype=np.int64)

    def surely_holds(self, overview: Overview) -> bool:
        """Return whether steps of one length reach every stamp; False: look closer."""
        length = self._length()
        if length is None:
            return False
        starts = (overview.first - self._origin()) % length
        return not starts.any() and not (overview.lengths % length).any()

    def _origin(self) -> int:
        if isinstance(self.origin, int):
            return self.origin
        ticks = self.origin.to_datetime64().astype("datetime64[us]")
        return int(ticks.astype(np.int64))

    def _length(self) -> int | None:
        """Return the length of every step; None where it is up to the calendar."""
        if isinstance(self.frequency, int):
            return self.frequency
        fixed = (pd.offsets.Tick, pd.offsets.Day, pd.offsets.Week)
        pair = pd.date_range(self.origin, periods=2, freq=self.frequency)
        # Weeks of another weekday do not even hold the origin.
        if pair[0] != self.origin or not isinstance(to_offset(self.frequency), fixed):
            return None
        return int((pair[1] - pair[0]) / pd.Timedelta(1, "us"))


def lay_grid(observed: Records, overview: Overview, frequency: str | int) -> Grid:
    """Return the grid of all series, on which every record was found to stand.

    With `auto`, the most common difference decides, together with the calendar:
    month and quarter and year, at their start or end, weeks by their weekday, business
    days. Gaps do not disturb it.

    Args:
        observed: in order, without duplicates.
        overview: of these records.
        frequency: auto, a pandas offset alias, or the step of whole-number times.

    Raises:
        ConfigError: the frequency is no alias, or not one for such times.
        DataError: a stamp lies off the grid, series differ in frequency, or there
            are too few stamps to tell.
    """
    earliest, latest = int(overview.first.min()), int(overview.last.max())
    origin = pd.Timestamp(earliest, unit="us") if observed.dated else earliest
    auto = frequency == "auto"
    if auto:
        common = _most_common_difference(observed, overview)
        choices: list[str | int] = [common]
        if observed.dated:
            weekdays = overview.weekdays
            choices = [*likely_aliases(earliest, latest, common, weekdays=weekdays)]
    else:
        choices = [_checked(frequency, dated=observed.dated)]
    grids = [Grid(origin, choice, observed.zone) for choice in choices]
    regular = not auto or len(overview.lengths) == 1
    if regular and grids[0].surely_holds(overview):
        return grids[0]
    laid = [_Fit(grid, len(overview.counts)) for grid in grids]
    _measure(observed, laid)
    best = min(laid, key=lambda fit: fit.off)
    if best.off:
        if auto and observed.dated:
            _refuse_weekdays(observed, overview)
        _refuse_off_grid(observed, overview, best)
    if auto:
        _refuse_mixed(observed, overview, best)
    return best.grid


class _Fit:
    """How well a grid fits: stamps off it, and single steps in each group."""

    def __init__(self, grid: Grid, groups: int) -> None:
        self.grid, self.off = grid, 0
        self.ones = np.zeros(groups, np.int64)

    def add(self, groups: IntArray, before: IntArray, times: IntArray) -> None:
        """Count in some records and the ones before them."""
        steps = self.grid.steps(times)
        self.off += int((steps < 0).sum())
        unit_steps = np.abs(steps - self.grid.steps(before)) == 1
        self.ones += np.bincount(groups[unit_steps], minlength=len(self.ones))


def _measure(observed: Records, laid: list[_Fit]) -> None:
    succession = Predecessors(np.int64)
    for batch in observed.times():
        order = batch.order()
        groups, times = batch.groups[order], batch.times[order]
        before, _ = succession.before(groups, times)
        for fit in laid:
            fit.add(groups, before, times)


def _most_common_difference(observed: Records, overview: Overview) -> int:
    if not len(overview.lengths):
        raise DataError(
            f"{observed.file}: every series has only one time stamp",
            hint="a series needs many records; do data.time and data.id name the "
            "right columns?",
        )
    return int(overview.lengths[np.argmax(overview.tally)])


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
    except (ValueError, OverflowError, FutureWarning) as error:
        raise ConfigError(
            f"data.frequency {frequency!r} is no pandas offset alias",
            hint=_EXAMPLES,
        ) from error
    if offset.n < 1:
        raise ConfigError(
            f"data.frequency {frequency!r} does not step forward", hint=_EXAMPLES
        )
    if not _can_be_stepped(offset):
        raise ConfigError(
            f"data.frequency {frequency!r} steps by less than a microsecond, or "
            "further than dates go",
            hint=_EXAMPLES,
        )
    return frequency


def _can_be_stepped(offset: Any) -> bool:
    try:
        pair = pd.date_range("2000-01-01", periods=2, freq=offset)
    except (ValueError, OverflowError):
        return False
    return bool(pair[1] - pair[0] >= pd.Timedelta(1, "us"))


def _refuse_off_grid(observed: Records, overview: Overview, fit: _Fit) -> None:
    lowest, grid = len(overview.counts), fit.grid
    for batch in observed.times():
        off = batch.groups[grid.steps(batch.times) < 0]
        lowest = min(lowest, int(off.min(initial=lowest)))
    origin = int(np.argmin(overview.first))
    excerpt = observed.excerpt(np.array([lowest, origin]))
    off = (grid.steps(excerpt.times) < 0) & (excerpt.groups == lowest)
    i, first = int(np.argmax(off)), int(np.searchsorted(excerpt.groups, origin))
    where = f"is off the grid of {grid.frequency!r}"
    if i != first:
        where = (
            f"is no whole number of steps of {grid.frequency!r} after "
            f"{excerpt.at(first)}"
        )
    raise DataError(
        f"{observed.file}: {excerpt.name(i)}{excerpt.at(i)} {where}; off this grid: "
        f"{fit.off:,} of {overview.counts.sum():,} stamps",
        hint=_off_grid_hint(observed, overview),
    )


def _off_grid_hint(observed: Records, overview: Overview) -> str:
    """Return what to do about stamps off the grid."""
    if not observed.dated:
        return "set data.frequency to the step"
    common = overview.lengths[np.argmax(overview.tally)] if len(overview.tally) else 0
    others = [common - _HOUR, common + _HOUR]
    if common >= 12 * _HOUR and np.isin(others, overview.lengths).any():
        return (
            "some steps differ by an hour: if clocks were set there, set "
            f"data.time_zone to their zone, such as Europe/Berlin; else {_ANCHOR_HINT}"
        )
    return _ANCHOR_HINT


def _refuse_weekdays(observed: Records, overview: Overview) -> None:
    """Refuse series that are weekly each, but not on the same day and hour."""
    places = overview.first % _WEEK
    if np.any(overview.lengths % _WEEK) or np.all(places == places[0]):
        return
    other = int(np.argmax(places != places[0]))
    excerpt = observed.excerpt(np.array([0, other]))
    begins = (0, int(np.searchsorted(excerpt.groups, other)))
    days = [pd.Timestamp(int(excerpt.times[i]), unit="us") for i in begins]
    same = days[0].day_name() == days[1].day_name()
    when = [f"{day:%A}s at {day:%H:%M}" if same else f"{day:%A}s" for day in days]
    one, two = (observed.ids[group] for group in (0, other))
    raise DataError(
        f"{observed.file}: series {one!r} is weekly on {when[0]} "
        f"({excerpt.at(begins[0])}), series {two!r} on {when[1]} "
        f"({excerpt.at(begins[1])}); series not on the weekday of the first: "
        f"{np.sum(places != places[0]):,} of {len(places):,}",
        hint="move the stamps of each week to one weekday for all series, or number "
        "the steps: 0, 1, 2, ...",
    )


def _refuse_mixed(observed: Records, overview: Overview, fit: _Fit) -> None:
    """Refuse a series whose most common step is not the one of the panel."""
    doubtful = np.flatnonzero(2 * fit.ones < overview.counts - 1)
    # As many at a time as are quickly held; as a rule there is none.
    share = np.cumsum(overview.counts[doubtful]) // _AT_A_TIME
    for part in np.unique(share):
        excerpt = observed.excerpt(doubtful[share == part], by_time=True)
        for start, stop in zip(*runs(excerpt.groups), strict=True):
            _refuse_longer_steps(excerpt, slice(start, stop), fit)


def _refuse_longer_steps(excerpt: Excerpt, group: slice, fit: _Fit) -> None:
    steps = np.diff(fit.grid.steps(excerpt.times[group]))
    lengths, counts = np.unique(steps, return_counts=True)
    if counts.max() <= fit.ones[excerpt.groups[group.start]]:
        return
    length = int(lengths[np.argmax(counts)])
    i = int(group.start + np.argmax(steps == length))
    raise DataError(
        f"{excerpt.observed.file}: {excerpt.name(i)}most time stamps are {length} "
        f"steps of {fit.grid.frequency!r} apart, as {excerpt.at(i)} and "
        f"{excerpt.at(i + 1)}; the other series step by one",
        hint="give all series one frequency; if these are gaps, set data.frequency "
        "and data.missing",
    )
