"""The time column: whole numbers as they are, dates as microseconds, or a refusal."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.tseries.api import guess_datetime_format

from seqforecast.data.panel import IntArray
from seqforecast.data.sources.reading import Table
from seqforecast.errors import DataError

DAY = 86_400_000_000  # microseconds

_WRITE = "write dates as 2020-01-31 or 2020-01-31 13:00, or number the steps"
_OFFSET = r":\d\d(?:[.,]\d+)?\s*(?P<offset>Z|UTC|[+-]\d\d:?\d\d)$"


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """A parsed time column.

    Attributes:
        values: shape (records,); whole numbers, or microseconds since 1970.
        dated: whether they are dates.
        notes: how zones and ambiguous orders were read.
    """

    values: IntArray
    dated: bool
    notes: tuple[str, ...] = ()


def parse_times(column: Any, name: str, table: Table) -> Times:
    """Return the time stamps of all records.

    A zone or UTC offset is dropped and the local clock kept where the offset is the
    same throughout or all stamps are midnights; otherwise stamps are turned into UTC.

    Raises:
        DataError: a stamp is missing, unreadable, ambiguous or of another zone.
    """
    absent = column.is_null().to_numpy(zero_copy_only=False)
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if absent.any():
        raise _refusal(table, name, int(np.argmax(absent)), "is empty")
    if pa.types.is_integer(kind):
        return _whole_numbers(column.cast(pa.int64()).to_numpy(), name, table)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        zone = getattr(kind, "tz", None)
        ticks = column.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
        return _without_zone(ticks.to_numpy(), zone)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        # Panels repeat each stamp once a series, so each spelling is read once.
        coded = pc.utf8_trim_whitespace(column.cast(pa.string())).dictionary_encode()
        return _Spellings(
            coded.dictionary, coded.indices.to_numpy(), name, table
        ).parse()
    raise DataError(
        f"{table.path} column {name!r} holds {kind}, not dates or whole numbers",
        hint="data.time names the time column",
    )


def _refusal(table: Table, name: str, record: int, what: str) -> DataError:
    where = table.where(record)
    return DataError(f"{table.path} {where}: time column {name!r} {what}", hint=_WRITE)


def _whole_numbers(values: IntArray, name: str, table: Table) -> Times:
    """Refuse numbers that are dates without dashes: their steps would be wrong."""
    year, month, day = values // 10_000, values // 100 % 100, values % 100
    compact = (year >= 1800) & (year <= 2200) & (month >= 1) & (month <= 12)
    if np.all(compact & (day >= 1) & (day <= 31)):
        what = f"holds {values[0]}, a date written as a whole number"
        raise _refusal(table, name, 0, what)
    year, month = values // 100, values % 100
    compact = (year >= 1800) & (year <= 2200) & (month >= 1) & (month <= 12)
    if np.all(compact) and np.ptp(values) > 12:
        what = f"holds {values[0]}, a month written as a whole number"
        raise _refusal(table, name, 0, what)
    return Times(values, dated=False)


def _without_zone(ticks: IntArray, zone: str | None) -> Times:
    if zone is None:
        return Times(ticks, dated=True)
    utc = pd.DatetimeIndex(ticks.astype("datetime64[us]")).tz_localize("UTC")
    clock = utc.tz_convert(zone).tz_localize(None)
    local = clock.to_numpy().astype("datetime64[us]").astype(np.int64)
    if np.ptp(local - ticks) == 0 or np.all(local % DAY == 0):
        note = f"the zone {zone} of the time stamps was dropped; they stay local"
        return Times(local, dated=True, notes=(note,))
    note = f"time stamps were turned from {zone}, whose offset changes, into UTC"
    return Times(ticks, dated=True, notes=(note,))


@dataclass(frozen=True, slots=True, eq=False)
class _Spellings:
    """Different spellings in a time column, and which one each record has."""

    texts: Any
    codes: npt.NDArray[Any]
    name: str
    table: Table

    def parse(self) -> Times:
        whole = self._which(pc.match_substring_regex(self.texts, r"^[+-]?\d{1,18}$"))
        if not whole.any():
            return self._dates()
        if whole.all():
            numbers = pc.replace_substring(self.texts, "+", "").cast(pa.int64())
            return _whole_numbers(numbers.to_numpy()[self.codes], self.name, self.table)
        if whole[self.codes[0]]:
            raise self._refuse(~whole, "which is no whole number like those before")
        raise self._refuse(whole, "which is no date like those before")

    def _which(self, answers: Any) -> npt.NDArray[np.bool_]:
        return np.asarray(answers.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _refuse(self, bad: npt.NDArray[np.bool_], why: str) -> DataError:
        record = int(np.argmax(bad[self.codes]))
        text = self.texts[int(self.codes[record])].as_py()
        what = f"holds {text!r}, {why}" if text else "is empty"
        return _refusal(self.table, self.name, record, what)

    def _dates(self) -> Times:
        offset, texts = self._without_offset()
        readings = [(_read_dates(texts, "ISO8601"), "ISO8601")]
        if np.isnat(readings[0][0]).any():
            guesses = _guess_formats(texts[self.codes[0]])
            readings += [(_read_dates(texts, guess), guess) for guess in guesses]
        readings.sort(key=lambda reading: int(np.isnat(reading[0]).sum()))
        stamps, form = readings[0]
        if np.isnat(stamps).any():
            raise self._refuse(
                np.isnat(stamps), "which is neither a date nor a whole number"
            )
        if form == "ISO8601":
            notes = []
        else:
            notes = [f"time stamps were read as {form}"]
            for other, rival in readings[1:]:
                differ = stamps != other
                if not np.isnat(other).any() and differ.any():
                    why = f"which can be read as {form} and as {rival}"
                    raise self._refuse(differ, why)
        if offset:
            notes.append(f"the UTC offset {offset} was dropped; stamps stay local")
        ticks = stamps.astype(np.int64)[self.codes]
        return Times(ticks, dated=True, notes=tuple(notes))

    def _without_offset(self) -> tuple[str, npt.NDArray[Any]]:
        found = pc.struct_field(pc.extract_regex(self.texts, _OFFSET), "offset")
        found = pc.fill_null(found, "")
        first = found[int(self.codes[0])].as_py()
        other = self._which(pc.not_equal(found, first))
        if other.any():
            stamp = self.texts[int(self.codes[0])].as_py()
            why = f"whose UTC offset differs from that of {stamp!r}"
            error = self._refuse(other, why)
            error.hint = "write all time stamps with one offset, best in UTC"
            raise error
        texts = self.texts
        if first:
            texts = pc.utf8_slice_codeunits(texts, 0, -len(first))
            texts = pc.utf8_trim_whitespace(texts)
        return first, texts.to_numpy(zero_copy_only=False)


def _guess_formats(text: str) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        guesses = [guess_datetime_format(text, dayfirst=day) for day in (True, False)]
    return sorted({guess for guess in guesses if guess and "%Y" in guess})


def _read_dates(texts: npt.NDArray[Any], form: str) -> npt.NDArray[np.datetime64]:
    """Return datetime64[us], not-a-time where a text is no date of this form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stamps = pd.to_datetime(
            pd.Series(texts, dtype=object), format=form, errors="coerce"
        )
    if stamps.dt.tz is not None:
        return np.full(len(texts), np.datetime64("NaT"), "datetime64[us]")
    return stamps.to_numpy().astype("datetime64[us]")
