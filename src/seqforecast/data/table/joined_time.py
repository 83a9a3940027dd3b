"""Time stamps in parts, such as year and quarter, put together as a column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import IntArray
from seqforecast.data.table.batches import Piece
from seqforecast.data.table.csv_file import Column, Dialect
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.time_parts import joined_name
from seqforecast.data.table.timestamps import as_text, is_text, plain
from seqforecast.errors import DataError, shorten

# The least and the most that a part may be; weeks are those of ISO 8601.
RANGES = {
    "year": (1, 9000),
    "quarter": (1, 4),
    "month": (1, 12),
    "week": (1, 53),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: number for number, name in enumerate(_MONTHS.split(), start=1)}
CLOCK = r"^\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s*[AaPp][Mm])?\s*$"
_HINT = "data.time names the columns that together make a time stamp"


@dataclass(frozen=True, slots=True, eq=False)
class JoinedTimeTable:
    """A table with one column more, made of those that hold parts of the time.

    All else is that of the table.

    Attributes:
        table: the file.
        parts: the column of each part.
        name: what the new column is called.
    """

    table: Table
    parts: Mapping[str, str]
    name: str

    @property
    def path(self) -> Path:
        """The file."""
        return self.table.path

    @property
    def sha256(self) -> str:
        """The digest of the file."""
        return self.table.sha256

    @property
    def columns(self) -> tuple[str, ...]:
        """Names in file order, the new one first; parts are not columns any more."""
        used = set(self.parts.values())
        return (self.name, *(name for name in self.table.columns if name not in used))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to make a table of the file."""
        return self.table.notes

    @property
    def dialect(self) -> Dialect:
        """How a CSV file is written."""
        return self.table.dialect

    def batches(
        self, names: Sequence[str], coded: str | None = None
    ) -> Iterator[Piece]:
        """Pass over all records; see `CsvTable.batches`.

        Raises:
            DataError: a part is missing, or is none; and what the table raises.
        """
        if self.name not in names:
            yield from self.table.batches(names, coded)
            return
        parts = [*self.parts.values()]
        read = [*parts, *(name for name in names if name not in {self.name, *parts})]
        for start, arrays in self.table.batches(read, coded):
            made = _join(
                {part: arrays[name] for part, name in self.parts.items()}, self
            )
            if isinstance(made, _Odd):
                raise made.refusal(self, start)
            yield start, {**arrays, self.name: made}

    def bundles(self, columns: Sequence[Column]) -> list[Sequence[Column]]:
        """Return which columns are best read together."""
        return self.table.bundles(columns)

    def where(self, record: int) -> str:
        """Return the line or row of a record."""
        return self.table.where(record)


@dataclass(frozen=True, slots=True)
class _Odd:
    """A value that is no such part: where it stands in a batch, and of what it is."""

    part: str
    record: int
    text: str
    of: str = ""

    def refusal(self, joined: JoinedTimeTable, start: int) -> DataError:
        where = f"{joined.path} {joined.where(start + self.record)}"
        low, high = RANGES.get(self.part, (None, None))
        whole = self.of or (f" from {low} to {high}" if low is not None else "")
        held = f"holds {shorten(self.text)}" if self.text else "is empty"
        return DataError(
            f"{where}: column {shorten(joined.parts[self.part])} {held}, "
            f"which is no {self.part}{whole}",
            hint=_HINT,
        )


def join_time(table: Table, time: str | Mapping[str, str]) -> Table:
    """Return a table whose time stands in one column, as `data.time` says.

    Args:
        table: the file.
        time: its column, or the column of each part.

    Raises:
        DataError: a column of a part is absent.
    """
    if isinstance(time, str):
        return table
    absent = [name for name in time.values() if name not in table.columns]
    if absent:
        raise DataError(
            f"{table.path} has no column {absent[0]!r} (data.time)", hint=_HINT
        )
    return cast("Table", JoinedTimeTable(table, time, joined_name(time)))


def _join(parts: Mapping[str, Any], joined: JoinedTimeTable) -> Any:
    """Return an Arrow array of time stamps, or what is odd in a part."""
    values: dict[str, IntArray] = {}
    clock = None
    for part, column in parts.items():
        if part == "date":
            continue
        if part == "hour" and _is_clock(column):
            clock = pc.utf8_trim_whitespace(as_text(plain(column)))
            continue
        read = _numbers(part, plain(column))
        if isinstance(read, _Odd):
            return read
        values[part] = read
    if "date" in parts:
        return _with_date(plain(parts["date"]), values, clock, joined)
    stamps = _stamps(values).astype("datetime64[us]")
    odd = _beyond(values, stamps)
    return pa.array(stamps) if odd is None else odd


def _beyond(
    values: Mapping[str, IntArray], stamps: npt.NDArray[np.datetime64]
) -> _Odd | None:
    """Return the first 31 April, or 53rd week of a year that has 52."""
    for part, unit, within in (("day", "M", "month"), ("week", "Y", "year")):
        if part not in values:
            continue
        middle = stamps + np.timedelta64(3 if part == "week" else 0, "D")
        counted = middle.astype(f"datetime64[{unit}]").astype(np.int64)
        wanted = values[within] - (1 if within == "month" else 1970)
        if within == "month":
            counted = counted % 12
        if (counted != wanted).any():
            first = int(np.argmax(counted != wanted))
            return _Odd(part, first, str(values[part][first]), f" of its {within}")
    return None


def _is_clock(column: Any) -> bool:
    """Return whether the first value is written as 13:30."""
    column = plain(column)
    if not is_text(column.type):
        return False
    return bool(pc.match_substring_regex(column[:1], CLOCK)[0].as_py())


def _numbers(part: str, column: Any) -> IntArray | _Odd:
    """Return the numbers of a part, shape (records,), or the first that is none."""
    texts = pc.utf8_trim_whitespace(as_text(column))
    written = np.asarray(texts.to_numpy(zero_copy_only=False), object)
    if part == "month":
        coded = texts.dictionary_encode()
        names = coded.dictionary.to_pylist()
        known = [MONTHS.get(name[:3].lower()) for name in names]
        if any(known):
            numbered = pa.array([str(number or "") for number in known])
            texts = pc.take(numbered, coded.indices)
    if part == "quarter":
        texts = pc.replace_substring_regex(texts, "^[Qq]", "")
    whole = pc.replace_substring_regex(texts, r"\.0*$", "")
    is_whole = pc.match_substring_regex(whole, r"^\d{1,4}$").fill_null(False)  # noqa: FBT003
    bad = ~np.asarray(is_whole.to_numpy(zero_copy_only=False), bool)
    if not bad.any():
        numbers = whole.cast(pa.int64()).to_numpy(zero_copy_only=False)
        low, high = RANGES[part]
        bad = (numbers < low) | (numbers > high)
        if not bad.any():
            return np.asarray(numbers, np.int64)
    first = int(np.argmax(bad))
    return _Odd(part, first, str(written[first] or ""))


def _stamps(values: Mapping[str, IntArray]) -> npt.NDArray[np.datetime64]:
    """Return the beginning of each period: of its quarter, month, week, day, hour."""
    year = (values["year"] - 1970).astype("datetime64[Y]")
    if "week" in values:
        fourth = year.astype("datetime64[D]") + 3  # is in the first week of ISO 8601
        monday = fourth - (fourth.astype(np.int64) + 3) % 7
        return np.asarray(monday + 7 * (values["week"] - 1))
    month = 3 * (values["quarter"] - 1) if "quarter" in values else None
    month = values["month"] - 1 if "month" in values else month
    days = (year.astype("datetime64[M]") + (0 if month is None else month)).astype(
        "datetime64[D]"
    )
    if "day" in values:
        days = days + (values["day"] - 1)
    minutes = days.astype("datetime64[m]")
    for part, length in (("hour", 60), ("minute", 1)):
        if part in values:
            minutes = minutes + length * values[part]
    return np.asarray(minutes)


def _with_date(
    column: Any, values: Mapping[str, IntArray], clock: Any, joined: JoinedTimeTable
) -> Any:
    """Return dates with hours: typed ones as time stamps, others as text."""
    if is_text(column.type):
        if clock is None:
            clock = _clocks(values, len(column))
        dates = pc.utf8_trim_whitespace(as_text(column))
        return pc.binary_join_element_wise(dates, clock, " ")
    if not (pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)):
        name = joined.parts["date"]
        raise DataError(
            f"{joined.path}: column {shorten(name)} holds {column.type}, to which no "
            "hour can be added",
            hint="store the dates as dates or text",
        )
    days = column.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    if clock is not None:
        dates = pc.strftime(column.cast(pa.timestamp("us")), "%Y-%m-%d")
        return pc.binary_join_element_wise(dates, clock, " ")
    minutes = 60 * values["hour"] + values.get("minute", 0)
    return pa.array(days + minutes.astype("timedelta64[m]"))


def _clocks(values: Mapping[str, IntArray], size: int) -> Any:
    """Return hours and minutes as 13:30, shape (size,)."""
    minutes = values.get("minute", np.zeros(size, np.int64))
    pairs = zip(values["hour"].tolist(), minutes.tolist(), strict=True)
    return pa.array([f"{hour:02}:{minute:02}" for hour, minute in pairs])
