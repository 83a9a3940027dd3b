"""Time stamps: read from a column once it is known how they are written."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import IntArray, TimeZone
from seqforecast.data.table.open_file import Table
from seqforecast.errors import DataError, shorten

ISO = "ISO8601"
FIRST_YEAR, LAST_YEAR = 2, 9000
"""Dates that are read; forecasts follow the last, and Python's end with 9999."""
_EARLIEST, _LATEST = (
    int(np.datetime64(f"{year:04}-01-01", "us").astype(np.int64))
    for year in (FIRST_YEAR, LAST_YEAR + 1)
)
_FARTHEST = 1 << 62
_MICROSECONDS = {"s": 1_000_000, "ms": 1000, "us": 1}
MOST_DIGITS = 18
WRITE = "write dates as 2020-01-31 or 2020-01-31 13:00, or number the steps"


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """How a time column is read.

    Attributes:
        dated: whether it holds dates.
        local: zone of typed time stamps whose local clock is kept, else None.
        form: of dates written as text.
        offset: a UTC offset that ends each text, and is dropped.
        notes: how zones and ambiguous orders are read.
        zone: what the stamps then show.
    """

    dated: bool
    local: str | None = None
    form: str = ISO
    offset: str = ""
    notes: tuple[str, ...] = ()
    zone: TimeZone = field(default_factory=TimeZone)

    def read(self, column: Any) -> IntArray:
        """Return the time stamps of an Arrow array without nulls.

        Shape (records,); whole numbers, or microseconds since 1970.
        """
        column = plain(column)
        if pa.types.is_integer(column.type):
            return whole_numbers(column)
        if not is_text(column.type):
            ticks = ticks_of(column)
            return ticks if self.local is None else local_clock(ticks, self.local)
        # Panels repeat each stamp once a series, so each spelling is read once.
        texts, codes = spellings_of(column)
        if not self.dated:
            return np.asarray(numbers_in(texts)[codes])
        stamps = read_dates(without_offset(texts, self.offset), self.form)
        return np.asarray(stamps.astype(np.int64)[codes])


def plain(column: Any) -> Any:
    """Return an Arrow array without a dictionary of its values."""
    kind = column.type
    return column.cast(kind.value_type) if pa.types.is_dictionary(kind) else column


def is_text(kind: Any) -> bool:
    """Return whether an Arrow type is that of texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def as_text(column: Any) -> Any:
    """Return an Arrow array of anything but lists as texts.

    Raises:
        pyarrow.ArrowException: bytes are not UTF-8, or the type has no text.
    """
    if pa.types.is_fixed_size_binary(column.type):
        # Where Arrow 15 is to cast slices of these, the process dies.
        column = pa.array(column.to_pylist(), pa.binary())
    return column.cast(pa.string())


def whole_numbers(column: Any) -> IntArray:
    """Return an Arrow array of integers as int64."""
    return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64)


def ticks_of(column: Any) -> IntArray:
    """Return an Arrow array of dates or time stamps as microseconds since 1970.

    What 64 bits do not hold is as far away as they go, and `are_far`.
    """
    kind = column.type
    if getattr(kind, "unit", "") == "ns":
        return whole_numbers(column.cast(pa.timestamp("us", kind.tz), safe=False))
    raw = whole_numbers(column.cast(pa.int32()) if pa.types.is_date32(kind) else column)
    length = _MICROSECONDS[getattr(kind, "unit", "ms")]
    length = 86_400_000_000 if pa.types.is_date32(kind) else length
    return np.asarray(np.clip(raw, -_FARTHEST // length, _FARTHEST // length) * length)


def are_far(ticks: IntArray) -> npt.NDArray[np.bool_]:
    """Return which time stamps lie outside the years that are read."""
    return (ticks < _EARLIEST) | (ticks >= _LATEST)


def require_zone(table: Table, name: str, zone: str) -> None:
    """Refuse time stamps of a zone that nothing here knows.

    Raises:
        DataError: there is no such zone.
    """
    try:
        pd.Timestamp(0, tz=zone)
    except (LookupError, ValueError, TypeError, OSError) as error:
        raise DataError(
            f"{table.path}: time column {shorten(name)} is in the zone "
            f"{shorten(zone)}, which is not known here",
            hint="write the time stamps in UTC",
        ) from error


def local_clock(ticks: IntArray, zone: str) -> IntArray:
    """Return what clocks in a zone showed, in microseconds, at moments in UTC."""
    utc = pd.DatetimeIndex(ticks.astype("datetime64[us]")).tz_localize("UTC")
    clock = utc.tz_convert(zone).tz_localize(None)
    return clock.to_numpy().astype("datetime64[us]").astype(np.int64)


def spellings_of(column: Any) -> tuple[Any, npt.NDArray[Any]]:
    """Return the different texts of an Arrow array, trimmed, and which each record has.

    The texts come in the order of their first records.
    """
    coded = column.cast(pa.string()).dictionary_encode()
    return pc.utf8_trim_whitespace(coded.dictionary), coded.indices.to_numpy()


def numbers_in(texts: Any) -> IntArray:
    """Return whole numbers written as text, with or without a sign."""
    return whole_numbers(pc.replace_substring(texts, "+", ""))


def without_offset(texts: Any, offset: str) -> npt.NDArray[Any]:
    """Return texts without the offset that ends each of them."""
    if offset:
        texts = pc.utf8_slice_codeunits(texts, 0, -len(offset))
        texts = pc.utf8_trim_whitespace(texts)
    return np.asarray(texts.to_numpy(zero_copy_only=False))


def read_dates(texts: npt.NDArray[Any], form: str) -> npt.NDArray[np.datetime64]:
    """Return datetime64[us], not-a-time where a text is no date of this form."""
    none = np.full(max(len(texts), 1), np.datetime64("NaT"), "datetime64[us]")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            stamps = pd.to_datetime(
                pd.Series(texts, dtype=object), format=form, errors="coerce"
            )
        except (ValueError, OverflowError):  # of several offsets, or far away
            return none
    if stamps.dtype.kind != "M" or stamps.dt.tz is not None:
        return none
    dates = stamps.to_numpy().astype("datetime64[us]")
    dates[are_far(dates.astype(np.int64))] = none[:1]
    return dates


class WholeNumbers:
    """Looks at all numbers of a time column; steps between dates would be wrong."""

    def __init__(self, table: Table, name: str) -> None:
        self._table, self._name = table, name
        self._first: int | None = None
        self._least = self._most = 0
        self._days = self._months = True

    def add(self, column: Any, start: int) -> None:
        """Look at some numbers in an Arrow array.

        Raises:
            DataError: one has too many digits to count steps with.
        """
        wide = column.to_numpy(zero_copy_only=False)
        far = (wide >= 10**MOST_DIGITS) | (wide <= -(10**MOST_DIGITS))
        if far.any():
            i = int(np.argmax(far))
            what = f"holds {wide[i]}, which has more than {MOST_DIGITS} digits"
            raise refusal(self._table, self._name, start + i, what)
        values = whole_numbers(column)
        least, most = int(values.min()), int(values.max())
        if self._first is None:
            self._first, self._least, self._most = int(values[0]), least, most
        self._least, self._most = min(self._least, least), max(self._most, most)
        # Nothing but the first numbers is looked at, as a rule.
        if self._days:
            day = values % 100
            month = _are_months(values // 100)
            self._days = bool(np.all(month & (day >= 1) & (day <= 31)))
        if self._months:
            self._months = bool(np.all(_are_months(values)))

    def clock(self) -> Clock:
        """Return how all of them are read.

        Raises:
            DataError: all look like 20200131, or like 202001.
        """
        for is_so, kind in (
            (self._days, "a date"),
            (self._months and self._most - self._least > 12, "a month"),
        ):
            if is_so:
                raise refusal(
                    self._table,
                    self._name,
                    0,
                    f"holds {self._first}, {kind} written as a whole number",
                )
        return Clock(dated=False)


def refusal(table: Table, name: str, record: int, what: str) -> DataError:
    """Return the error of a time stamp that cannot be used."""
    where = f"{table.path} {table.where(record)}"
    return DataError(f"{where}: time column {shorten(name)} {what}", hint=WRITE)


def _are_months(values: IntArray) -> npt.NDArray[np.bool_]:
    """Return which numbers are written like 202001."""
    year, month = values // 100, values % 100
    return (year >= 1800) & (year <= 2200) & (month >= 1) & (month <= 12)
