"""Which column of an unknown table says when, or which do together."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from seqforecast.data.panel import IntArray
from seqforecast.data.roles.column_words import (
    CLOCKS,
    PARTS,
    TIMES,
    has_word,
    is_called,
)
from seqforecast.data.roles.sample import Sample, pairs
from seqforecast.data.table.joined_time import CLOCK, RANGES, join_time
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.time_column import DAY, survey_times
from seqforecast.data.table.timestamps import Clock
from seqforecast.errors import ConfigError, DataError, shorten

_SOME = 1000  # records whose texts are looked at
_DATE = re.compile(
    r"\d{1,4}[-./ ]\w{1,9}[-./ ,]+\d{1,4}.*|\d{4}[-/. ]?\d{2}|[^\W\d_]{3,9}[-./ ]+\d{4}"
    r"|\d{4}[- ]?[QqWw]\d{1,2}(-\d)?|[Qq][1-4][-/ ]?\d{4}|\d{8}|\d{10}"
    r"|[^\W\d_]{3,9}[-./ ,]+\d{1,2}[-./ ,]+\d{4}.*|\d{1,2}[-./ ]\d{4}"
)


@dataclass(frozen=True, slots=True, eq=False)
class TimeAxis:
    """When the records of a table were taken.

    Attributes:
        time: the column, or the column of each part; as `data.time` says it.
        clock: how it is read.
        stamps: shape (records,) of the sample; whole numbers, or microseconds.
        others: other columns that look like times.
    """

    time: str | dict[str, str]
    clock: Clock
    stamps: IntArray
    others: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that together say when."""
        return (self.time,) if isinstance(self.time, str) else (*self.time.values(),)


def find_time(
    sample: Sample,
    given: str | None = None,
    form: str | None = None,
    zone: str | None = None,
) -> TimeAxis:
    """Return the column of dates, or else those of its parts, or else a count of steps.

    Args:
        sample: the first records of the table.
        given: the column, where the user has named it.
        form: how times are written, where the user said.
        zone: whose clocks count, where the user said.

    Raises:
        DataError: there is none; where one comes near, what is wrong with it is told.
        ConfigError: form or zone is none, or does not go with the column.
    """
    read = partial(_read_axis, form=form, zone=zone)
    if given is not None:
        return _with_hours(sample, read(sample, given), read)
    candidates, failed = _candidates(sample), None
    for name in candidates:
        try:
            axis = read(sample, name)
        except (DataError, ConfigError) as error:
            failed = failed or error
            continue
        if axis.clock.dated:
            others = tuple(other for other in candidates if other != name)
            return _with_hours(sample, axis, read, others)
    parts = _parts(sample)
    if parts:
        return read(sample, parts)
    for name in sample.names:
        if sample.is_whole(name) and is_called(name, TIMES):
            try:
                return read(sample, name)
            except (DataError, ConfigError) as error:
                failed = failed or error
    if failed is not None:
        raise failed
    names = ", ".join(sample.names[:10])
    raise DataError(
        f"{sample.table.path} has no column of dates, nor one of whole numbers that is "
        f"called ds, time, step or alike; it has {names}",
        hint="name it with --time; or add a column ds that counts the steps: 0, 1, 2",
    )


def _read_axis(
    sample: Sample,
    time: str | dict[str, str],
    form: str | None,
    zone: str | None,
) -> TimeAxis:
    """Read a column of times, or the columns of parts, of the whole file.

    Raises:
        DataError: it holds something else somewhere.
    """
    table: Table = join_time(sample.table, time)
    name = time if isinstance(time, str) else table.columns[0]
    if name not in table.columns:
        names = ", ".join(sample.names[:10])
        raise DataError(
            f"{table.path} has no column {shorten(name)} (--time)",
            hint=f"it has {names}",
        )
    clock = survey_times(table, name, form, zone)
    some, rows = [], 0
    for _, arrays in table.batches([name]):
        some.append(clock.read(arrays[name]))
        rows += len(some[-1])
        if rows >= sample.rows:
            break
    stamps = np.concatenate(some)[: sample.rows]
    if clock.wall is not None:
        stamps = _apart(stamps, clock.wall)
    return TimeAxis(time, clock, stamps)


def _apart(stamps: IntArray, zone: str) -> IntArray:
    """Return stamps of which those that clocks show twice are each different."""
    local = pd.DatetimeIndex(stamps.astype("datetime64[us]"))
    moments = local.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return np.where(moments.isna(), -1 - np.arange(len(stamps)), stamps)


def _candidates(sample: Sample) -> list[str]:
    """Return the columns that look like dates, those that are called so first."""
    found = []
    for name in sample.names:
        called = has_word(name, TIMES)
        if sample.is_dated(name) or (called and _may_be_dates(sample, name)):
            found.append((not called, name))
        elif sample.is_text(name) and not called:
            texts = sample.texts(name, _SOME)
            dates = sum(bool(_DATE.fullmatch(text)) for text in texts)
            if 2 * dates > len(texts) and not sample.is_number(name):
                found.append((True, name))
    return [name for _, name in sorted(found, key=lambda each: each[0])]


def _may_be_dates(sample: Sample, name: str) -> bool:
    """Return whether a column that is called so holds dates rather than a part."""
    if sample.is_number(name):
        whole = sample.is_whole(name)
        return whole and bool(np.abs(sample.numbers(name)[0]).max() >= 10**5)
    return sample.is_text(name) and not _is_clock(sample, name)


def _is_clock(sample: Sample, name: str) -> bool:
    """Return whether a column holds times of day."""
    texts = sample.texts(name, _SOME)
    return bool(texts) and all(re.match(CLOCK, text) for text in texts)


def _part(sample: Sample, part: str) -> str | None:
    """Return the column of a part of the time: called so, and in its range."""
    low, high = RANGES[part]
    for name in sample.names:
        if not is_called(name, PARTS[part]):
            continue
        if part == "month" and not sample.is_number(name):
            return name  # written out; a text that is none is refused where it stands
        if part == "quarter" and all(
            re.fullmatch("[Qq][1-4]", text) for text in sample.texts(name, _SOME) or "-"
        ):
            return name
        if sample.is_whole(name):
            values = sample.numbers(name)[0]
            if low <= values.min() and values.max() <= high:
                return name
    return None


def _parts(sample: Sample) -> dict[str, str] | None:
    """Return the columns that say the year and what is inside it."""
    year = _part(sample, "year")
    if year is None or sample.numbers(year)[0].min() < 1000:
        return None
    for inside in ("month", "quarter", "week"):
        found = _part(sample, inside)
        if found is None:
            continue
        parts = {"year": year, inside: found}
        for smaller in ("day", "hour", "minute") if inside == "month" else ():
            column = _part(sample, smaller)
            if column is None:
                break
            parts[smaller] = column
        return parts
    return None


def _with_hours(
    sample: Sample,
    axis: TimeAxis,
    read: Callable[[Sample, dict[str, str]], TimeAxis],
    others: tuple[str, ...] = (),
) -> TimeAxis:
    """Add a column of hours, where dates are days and each has several hours."""
    plain = TimeAxis(axis.time, axis.clock, axis.stamps, others)
    if not axis.clock.dated or (axis.stamps % DAY).any():
        return plain
    for name in sample.names:
        if not is_called(name, CLOCKS) or name in axis.columns:
            continue
        if _is_clock(sample, name):
            hours = sample.codes(name)[0]
        elif name == _part(sample, "hour"):
            hours = sample.numbers(name)[0].astype(np.int64)
        else:
            continue
        days = len(np.unique(axis.stamps))
        if len(np.unique(pairs(hours, axis.stamps))) >= 2 * days:
            joined = read(sample, {"date": str(axis.time), "hour": name})
            rest = tuple(other for other in others if other != name)
            return TimeAxis(joined.time, joined.clock, joined.stamps, rest)
    return plain
