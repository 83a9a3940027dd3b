"""Clock: how the time stamps of a column are read, once that is known."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import IntArray

ISO = "ISO8601"


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """How a time column is read.

    Attributes:
        dated: whether it holds dates.
        zone: of typed time stamps whose local clock is kept, else None.
        form: of dates written as text.
        offset: a UTC offset that ends each text, and is dropped.
        notes: how zones and ambiguous orders are read.
    """

    dated: bool
    zone: str | None = None
    form: str = ISO
    offset: str = ""
    notes: tuple[str, ...] = ()

    def read(self, column: Any) -> IntArray:
        """Return the time stamps of an Arrow array without nulls.

        Shape (records,); whole numbers, or microseconds since 1970.
        """
        column = plain(column)
        if pa.types.is_integer(column.type):
            return whole_numbers(column)
        if not is_text(column.type):
            ticks = ticks_of(column)
            return ticks if self.zone is None else local_clock(ticks, self.zone)
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


def whole_numbers(column: Any) -> IntArray:
    """Return an Arrow array of integers as int64."""
    return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64)


def ticks_of(column: Any) -> IntArray:
    """Return an Arrow array of dates or time stamps as microseconds since 1970."""
    kind = pa.timestamp("us", getattr(column.type, "tz", None))
    return whole_numbers(column.cast(kind, safe=False))


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stamps = pd.to_datetime(
            pd.Series(texts, dtype=object), format=form, errors="coerce"
        )
    if stamps.dt.tz is not None:
        return np.full(len(texts), np.datetime64("NaT"), "datetime64[us]")
    return stamps.to_numpy().astype("datetime64[us]")
