"""Time stamps: read from a column once it is known how they are written."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import IntArray, TimeZone
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.times.number_forms import NAMES, STEPS, dates_in
from seqforecast.data.table.times.time_forms import ISO, read_dates
from seqforecast.data.table.times.zones import Watch, local_clock, reckon
from seqforecast.errors import DataError, shorten

_FARTHEST = 1 << 62
_MICROSECONDS = {"s": 1_000_000, "ms": 1000, "us": 1}
_MINUTE = 60_000_000  # microseconds
_ZERO = ("Z", "UTC", "GMT")
WRITE = (
    "write dates as 2020-01-31 or 2020-01-31 13:00, or number the steps; leave out "
    "rows that are no observation, such as totals"
)
OPEN_END = "correct it; if it marks an open end, leave the record out"
OTHERWISE = "correct it, or set data.time_format to how all of them are written"
_TIME = r":\d\d(?:[.,]\d+)?"
OFFSET = _TIME + r"\s*(?P<offset>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$"


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """How a time column is read.

    Attributes:
        dated: whether it holds dates.
        form: ISO8601, one of strptime, or one of `number_forms.NAMES`.
        local: moments in UTC are replaced by what clocks in this zone showed.
        wall: what is read is what clocks in this zone showed, and records are turned
            into moments by `zones.as_moments`.
        notes: how zones and ambiguous orders are read.
        zone: what the stamps then show.
        offsets: what is done with the UTC offset that ends each text; none: there is
            none.
    """

    dated: bool
    form: str = ISO
    local: str | None = None
    wall: str | None = None
    notes: tuple[str, ...] = ()
    zone: TimeZone = field(default_factory=TimeZone)
    offsets: str = "none"

    def read(self, column: Any) -> IntArray:
        """Return the time stamps of an Arrow array without nulls.

        Shape (records,); whole numbers, or microseconds since 1970.
        """
        column = plain(column)
        if pa.types.is_integer(column.type) and self.form not in NAMES:
            column = column.cast(pa.string())
        if pa.types.is_integer(column.type):
            ticks = self._of_numbers(whole_numbers(column))
        elif not is_text(column.type):
            ticks = ticks_of(column)
        else:
            # Panels repeat each stamp once a series, so each spelling is read once.
            texts, codes = spellings_of(column)
            ticks = self._of_texts(texts)[codes]
        return ticks if self.local is None else local_clock(ticks, self.local)

    def _of_numbers(self, numbers: IntArray) -> IntArray:
        if self.form == STEPS:
            return numbers
        return dates_in(numbers, self.form, usual=False).astype(np.int64)

    def _of_texts(self, texts: Any) -> IntArray:
        if self.form in NAMES:
            return self._of_numbers(numbers_in(texts))
        ticks = np.zeros(len(texts), np.int64)
        if self.offsets != "none":
            texts, written = split_offsets(texts)
            ticks -= offset_ticks(written) * (self.offsets == "apply")
        bare = np.asarray(texts.to_numpy(zero_copy_only=False))
        return ticks + read_dates(bare, self.form)[: len(bare)].astype(np.int64)


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


def spellings_of(column: Any) -> tuple[Any, npt.NDArray[Any]]:
    """Return the different texts of an Arrow array, trimmed, and which each record has.

    The texts come in the order of their first records.
    """
    coded = column.cast(pa.string()).dictionary_encode()
    return pc.utf8_trim_whitespace(coded.dictionary), coded.indices.to_numpy()


def numbers_in(texts: Any) -> IntArray:
    """Return whole numbers written as text, with or without a sign."""
    return whole_numbers(pc.replace_substring(texts, "+", "").cast(pa.int64()))


def split_offsets(texts: Any) -> tuple[Any, list[str]]:
    """Return texts without the UTC offsets that end them, and these, empty if none."""
    first = _offsets_of(texts[:1])[0]
    if first and pc.all(pc.ends_with(texts, first)).as_py():
        bare = pc.utf8_slice_codeunits(texts, 0, -len(first))
        return pc.utf8_trim_whitespace(bare), [first] * len(texts)
    if not first and not pc.any(pc.match_substring_regex(texts, OFFSET)).as_py():
        return texts, [""] * len(texts)
    offsets = _offsets_of(texts)
    pattern = OFFSET.removeprefix(_TIME).replace("?P<offset>", "?:")
    bare = pc.replace_substring_regex(texts, f"({_TIME}){pattern}", r"\1")
    return bare, offsets


def _offsets_of(texts: Any) -> list[str]:
    found = pc.struct_field(pc.extract_regex(texts, OFFSET), "offset")
    return [*pc.fill_null(found, "").to_pylist()]


def offset_ticks(offsets: list[str]) -> IntArray:
    """Return UTC offsets in microseconds, shape (offsets,)."""
    known = {offset: _minutes(offset) * _MINUTE for offset in set(offsets)}
    return np.array([known[offset] for offset in offsets], np.int64)


def _minutes(offset: str) -> int:
    if offset in ("", *_ZERO):
        return 0
    digits = re.sub(r"\D", "", offset).ljust(4, "0")
    minutes = 60 * int(digits[:2]) + int(digits[2:])
    return -minutes if offset.startswith("-") else minutes


def refusal(table: Table, name: str, record: int, what: str) -> DataError:
    """Return the error of a time stamp that cannot be used."""
    where = f"{table.path} {table.where(record)}"
    return DataError(f"{where}: time column {shorten(name)} {what}", hint=WRITE)


def reckoned(
    watch: Watch,
    table: Table,
    name: str,
    *,
    absent: tuple[int, str] | None,
    clock: Clock,
    notes: tuple[str, ...] = (),
) -> Clock:
    """Return how stamps are read in a zone that is asked for.

    Args:
        watch: has looked at all of them.
        table: where they come from.
        name: the column's name.
        absent: record and text of the first that clocks of the zone never showed.
        clock: how they are written.
        notes: said of that.

    Raises:
        DataError: clocks there never showed one of them, and that matters.
    """
    how = reckon(watch)
    if how.wall is not None and absent is not None:
        record, text = absent
        what = f"holds {text!r}, which clocks in {how.wall} never showed: they were "
        what += "set forward past it"
        error = refusal(table, name, record, what)
        error.hint = "is data.time_zone right? then leave the record out; stamps in "
        error.hint += "UTC end in Z"
        raise error
    return replace(
        clock,
        local=how.local,
        wall=how.wall,
        notes=(*notes, *how.notes),
        zone=how.zone,
        offsets="apply" if watch.are_moments else "none",
    )
