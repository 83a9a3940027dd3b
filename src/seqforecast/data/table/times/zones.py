"""Zones: what clocks show at moments in UTC, and the moments when they show it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seqforecast.data.grid.first_pass import grown, runs
from seqforecast.data.grid.records import Batch, Records
from seqforecast.data.panel import IntArray, TimeZone
from seqforecast.data.table.open_file import Table
from seqforecast.errors import ConfigError, DataError, shorten

_DAY, _HOUR = 86_400_000_000, 3_600_000_000  # microseconds
Mask = npt.NDArray[np.bool_]


def is_known_zone(zone: str) -> bool:
    """Return whether a zone can be counted with here."""
    try:
        pd.Timestamp(0, tz=zone)
    except (LookupError, ValueError, TypeError, OSError):
        return False
    return True


def require_zone(table: Table, name: str, zone: str) -> None:
    """Refuse time stamps of a zone that nothing here knows.

    Raises:
        DataError: there is no such zone.
    """
    if not is_known_zone(zone):
        raise DataError(
            f"{table.path}: time column {shorten(name)} is in the zone "
            f"{shorten(zone)}, which is not known here",
            hint="write the time stamps in UTC",
        )


def check_asked_zone(zone: str | None) -> None:
    """Refuse a `data.time_zone` that nothing here knows.

    Raises:
        ConfigError: there is no such zone.
    """
    if zone is not None and not is_known_zone(zone):
        raise ConfigError(
            f"data.time_zone: {shorten(zone)} is no time zone that is known here",
            hint="name it as the tz database does, such as Europe/Berlin or UTC",
        )


def local_clock(ticks: IntArray, zone: str) -> IntArray:
    """Return what clocks in a zone showed, in microseconds, at moments in UTC."""
    utc = pd.DatetimeIndex(ticks.astype("datetime64[us]")).tz_localize("UTC")
    return _ticks(utc.tz_convert(zone).tz_localize(None))


def _ticks(stamps: pd.DatetimeIndex) -> IntArray:
    return np.asarray(stamps.to_numpy().astype("datetime64[us]").astype(np.int64))


def moments(ticks: IntArray, zone: str, *, later: bool) -> tuple[IntArray, Mask]:
    """Return when clocks in a zone showed something, in UTC, and where they never did.

    Args:
        ticks: what they showed, in microseconds.
        zone: their place.
        later: which of two moments, where clocks were set back and show it twice.
    """
    shown = pd.DatetimeIndex(ticks.astype("datetime64[us]"))
    first = np.full(len(ticks), not later)
    # Not whether it is summer, as pandas has it, but whether it is the first of both.
    placed = shown.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    utc = placed.tz_convert("UTC").tz_localize(None)
    return _ticks(utc), np.asarray(utc.isna())


class Watch:
    """Looks at time stamps of a zone, for whether its local clock can be kept.

    It is kept where all stamps are further apart than clocks are ever set: an hour.
    A day then is a day, at whatever hour it begins. Otherwise stamps are turned into
    UTC, where no hour is doubled or absent.

    Args:
        zone: whose clocks count.
        are_moments: whether the stamps are in UTC, not what clocks show.
    """

    def __init__(self, zone: str, *, are_moments: bool) -> None:
        self.zone, self.are_moments = zone, are_moments
        self.offsets: set[int] = set()
        self._apart, self._first = _DAY, -1

    def add(self, ticks: IntArray) -> Mask:
        """Look at some stamps, and return which of them no clock there ever showed."""
        absent = np.zeros(len(ticks), np.bool_)
        local = ticks
        if self.are_moments:
            local = local_clock(ticks, self.zone)
            self.offsets.update(np.unique(local - ticks).tolist())
        else:
            _, absent = moments(ticks, self.zone, later=False)
        self.add_local(local)
        return absent

    def add_local(self, local: IntArray) -> None:
        """Look at what clocks showed."""
        if not len(local):
            return
        day = local % _DAY
        self._first = int(day[0]) if self._first < 0 else self._first
        apart = int(np.gcd.reduce(np.append(day - self._first, self._apart)))
        self._apart = apart

    @property
    def keeps_clock(self) -> bool:
        """Whether the local clock can be kept."""
        return self._apart > _HOUR


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How time stamps of a zone that is asked for are reckoned.

    Attributes:
        local: the zone whose clocks replace moments in UTC, or None.
        wall: the zone in which records, read as clocks show them, become moments.
        zone: what the stamps are then.
        notes: a sentence on it.
    """

    local: str | None
    wall: str | None
    zone: TimeZone
    notes: tuple[str, ...]


def reckon(watch: Watch) -> Reckoning:
    """Return how all stamps that were looked at are reckoned in a zone asked for."""
    zone = watch.zone
    if watch.keeps_clock:
        local = zone if watch.are_moments else None
        note = f"time stamps are what clocks in {zone} show; their steps are longer "
        note += "than clocks are set"
        return Reckoning(local, None, TimeZone(zone), (note,))
    note = f"time stamps were turned into UTC, where no hour of {zone} is doubled or "
    note += "absent; forecasts show the clocks there"
    wall = None if watch.are_moments else zone
    return Reckoning(None, wall, TimeZone(zone, is_utc=True, is_shown=True), (note,))


def as_moments(observed: Records, zone: str) -> tuple[Records, tuple[str, ...]]:
    """Return records whose times are moments, of times that clocks of a zone show.

    Where clocks were set back, two records of a series show the same: the one that
    comes later in time is the one that comes later in the file, or, where a series
    runs from new to old, the one before. A lone one is taken for the first moment.

    Args:
        observed: the records; all of their times were shown there.
        zone: where the clocks are.

    Returns:
        The records, and notes on doubled stamps.
    """
    doubled = _Doubled(zone)
    for batch in observed.times():
        doubled.add(batch)
    later, lone = doubled.close()

    def change(batch: Batch) -> Batch:
        times, _ = moments(batch.times, zone, later=False)
        ends = np.searchsorted(later, [batch.start, batch.start + len(times)])
        if ends[1] > ends[0]:
            at = later[ends[0] : ends[1]] - batch.start
            times[at], _ = moments(batch.times[at], zone, later=True)
        return replace(batch, times=times)

    notes = []
    if len(later):
        notes.append(
            f"stamps shown twice where clocks of {zone} were set back: {len(later):,}; "
            "of two alike the second is an hour later"
        )
    if lone:
        notes.append(
            f"stamps of an hour that clocks of {zone} show twice, but the file only "
            f"once: {lone:,}; they were taken for the first"
        )
    changed = replace(
        observed,
        times=lambda: map(change, observed.times()),
        values=lambda: map(change, observed.values()),
    )
    return changed, tuple(notes)


class _Doubled:
    """Collects the records whose stamp clocks of a zone show twice."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._found: list[npt.NDArray[Any]] = []
        self._first, self._last, self._seen = np.zeros((3, 0), np.int64)

    def add(self, batch: Batch) -> None:
        """Look at some records."""
        order = batch.order()
        groups, times = batch.groups[order], batch.times[order]
        starts, stops = runs(groups)
        here, size = groups[starts], int(groups[-1]) + 1
        self._first, self._last, self._seen = (
            grown(array, size) for array in (self._first, self._last, self._seen)
        )
        new = self._seen[here] == 0
        self._first[here[new]] = times[starts[new]]
        self._last[here], self._seen[here] = times[stops - 1], 1
        one, _ = moments(batch.times, self._zone, later=False)
        other, _ = moments(batch.times, self._zone, later=True)
        at = np.flatnonzero(one != other)
        found = [batch.groups[at], batch.times[at], batch.start + at]
        self._found.append(np.stack(found))

    def close(self) -> tuple[IntArray, int]:
        """Return the records an hour later, rising, and how many stand alone."""
        groups, times, records = np.concatenate(self._found, axis=1)
        if not len(records):
            return records, 0
        falling = self._last[groups] < self._first[groups]
        order = np.lexsort((np.where(falling, -records, records), times, groups))
        groups, times, records = groups[order], times[order], records[order]
        same = (np.diff(groups) == 0) & (np.diff(times) == 0)
        second, first = np.append(False, same), np.append(same, False)
        third = second & np.append(False, second[:-1])  # those are refused as doubled
        return np.sort(records[second & ~third]), int(np.sum(~second & ~first))
