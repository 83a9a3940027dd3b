"""Files of series: `.tsf` of the Monash archive and `.ts` of aeon and sktime.

Both have a head of lines that begin with @, then one series a line. They become a long
table: `unique_id`, `ds`, `y`, and what else is told of each series.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from seqforecast.data.table.formats.in_memory import Content
from seqforecast.errors import DataError, name_first, shorten

_HINT = "was it copied to the end? the format has one series a line, after @data"
_UNITS = {
    "yearly": (12, "M"),
    "quarterly": (3, "M"),
    "monthly": (1, "M"),
    "weekly": (7, "D"),
    "daily": (1, "D"),
    "hourly": (1, "h"),
    "half_hourly": (30, "m"),
    "minutely": (1, "m"),
    "secondly": (1, "s"),
}
_COUNTED = re.compile(r"(\d+)_(second|minute|hour|day|month)s?")
_LETTERS = {"second": "s", "minute": "m", "hour": "h", "day": "D", "month": "M"}
_BETWEEN = re.compile(r":(?![^()]*\))")  # dimensions, but no hours and minutes
_STAMPED = re.compile(r"\(([^()]*),([^(),]*)\)")
Stamps = npt.NDArray[Any]


@dataclass(slots=True)
class _Head:
    """What the lines with @ say.

    Attributes:
        path: the file.
        said: what stands behind each @word, in small letters.
        attributes: of a series in a .tsf file, by name and kind, in order.
        notes: on how it was read.
    """

    path: Path
    said: dict[str, str] = field(default_factory=dict)
    attributes: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, line: int, what: str, hint: str = _HINT) -> DataError:
        """Return the error of a line."""
        return DataError(f"{self.path} line {line} {what}", hint=hint)


@dataclass(slots=True)
class _Long:
    """A long table so far, series after series."""

    ids: dict[str, int] = field(default_factory=dict)  # lines
    stamps: list[Stamps] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    static: dict[str, list[str]] = field(default_factory=dict)

    def content(self, notes: Sequence[str]) -> Content:
        """Return it as a table."""
        lengths = [len(stamps) for stamps in self.stamps]
        columns = [("unique_id", _repeated([*self.ids], lengths))]
        columns.append(("ds", pa.array(np.concatenate(self.stamps))))
        for name, parts in self.values.items():
            columns.append((name, pa.concat_arrays(parts)))
        for name, told in self.static.items():
            columns.append((name, _repeated(told, lengths)))
        ends, lines = [*accumulate(lengths)], [*self.ids.values()]

        def place(record: int) -> str:
            return f"line {lines[bisect_right(ends, record)]}"

        return Content(columns, place, tuple(notes))

    def add(
        self, head: _Head, line: int, name: str, stamps: Stamps, values: dict[str, Any]
    ) -> None:
        """Take in a series.

        Raises:
            DataError: one has its name already, or other columns or kinds of stamps.
        """
        if name in self.ids:
            raise head.refuse(
                line, f"names a series {shorten(name)}, as line {self.ids[name]} does"
            )
        if self.ids and (
            self.values.keys() != values.keys() or self.stamps[0].dtype != stamps.dtype
        ):
            raise head.refuse(line, "is no series like those before it")
        self.ids[name] = line
        self.stamps.append(stamps)
        for column, numbers in values.items():
            self.values.setdefault(column, []).append(numbers)


def _repeated(texts: Sequence[str], lengths: Sequence[int]) -> Any:
    """Return the text of each series for each of its records."""
    codes = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts, pa.string()))


def read_series(path: Path) -> Content:
    """Return the series of a `.tsf` or `.ts` file as a long table.

    Raises:
        DataError: there is no @data, or a line cannot be read.
    """
    head, long = _Head(path), _Long()
    read = _read_tsf if path.suffix.lower() == ".tsf" else _read_ts
    for number, line in _after_head(head):
        read(head, long, number, line)
    if not long.ids:
        raise DataError(f"{path} has no series after its line @data", hint=_HINT)
    if "start_timestamp" not in dict(head.attributes) and "frequency" in head.said:
        head.notes.append(
            f"series without a start are numbered by steps; the file calls them "
            f"{head.said['frequency']}"
        )
    return long.content(head.notes)


def _after_head(head: _Head) -> Iterator[tuple[int, str]]:
    """Read the head; return the line numbers and texts of the series."""
    raw = head.path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The archive's own reader takes all its files for what Windows wrote.
        text = raw.decode("cp1252", errors="replace")
        head.notes.append("the file is not UTF-8 and was read as Windows-1252")
    lines = [(i, line.strip()) for i, line in enumerate(text.splitlines(), start=1)]
    lines = [(i, line) for i, line in lines if line and line[0] not in "#%"]
    for place, (number, line) in enumerate(lines):
        key, _, rest = line[1:].partition(" ")
        if line[0] != "@":
            break
        if key.lower() == "data":
            return iter(lines[place + 1 :])
        if key.lower() == "attribute":
            name, _, kind = rest.strip().partition(" ")
            if name in dict(head.attributes):
                what = f"names an attribute {shorten(name)} for the second time"
                raise head.refuse(number, what)
            head.attributes.append((name, kind.strip().lower()))
        else:
            head.said[key.lower()] = rest.strip().lower()
    raise DataError(f"{head.path} has no line @data before its series", hint=_HINT)


def _read_tsf(head: _Head, long: _Long, line: int, text: str) -> None:
    """Take in a series of the Monash archive: attributes and values between colons."""
    *told, values = text.split(":")
    if len(told) != len(head.attributes):
        names = name_first([name for name, _ in head.attributes])
        raise head.refuse(
            line, f"has {len(told)} attributes before its values, not these: {names}"
        )
    start, name = None, str(len(long.ids) + 1)
    for (attribute, kind), word in zip(head.attributes, told, strict=True):
        if kind == "date":
            start = word.strip()
        elif attribute == "series_name":
            name = word.strip()
        else:
            long.static.setdefault(attribute, []).append(word.strip())
    numbers = _numbers(head, line, values.split(","))
    long.add(head, line, name, _stamps(head, line, start, len(numbers)), {"y": numbers})


def _read_ts(head: _Head, long: _Long, line: int, text: str) -> None:
    """Take in a case of aeon: dimensions between colons, then its label, if any."""
    dimensions = _BETWEEN.split(text)
    if any(
        head.said.get(key, "").startswith("true")
        for key in ("classlabel", "targetlabel")
    ):
        long.static.setdefault("label", []).append(dimensions.pop().strip())
    if not dimensions:
        raise head.refuse(line, "has no values beside its label")
    names = [f"dim_{i}" for i in range(len(dimensions))]
    values: dict[str, Any] = {}
    stamps: Stamps | None = None
    for name, dimension in zip(
        names if len(names) > 1 else ["y"], dimensions, strict=True
    ):
        cells = dimension.split(",")
        own = np.arange(len(cells))
        if head.said.get("timestamps", "").startswith("true"):
            pairs = _STAMPED.findall(dimension)
            cells = [value for _, value in pairs]
            own = _told_stamps(head, line, [stamp.strip() for stamp, _ in pairs])
        if stamps is not None and not np.array_equal(stamps, own):
            raise head.refuse(line, "has dimensions of other lengths or time stamps")
        values[name], stamps = _numbers(head, line, cells), own
    name = str(len(long.ids) + 1)
    long.add(head, line, name, np.arange(0) if stamps is None else stamps, values)


def _numbers(head: _Head, line: int, cells: Sequence[str]) -> Any:
    """Return cells as an Arrow array of float64; a question mark is a missing value."""
    words = [cell.strip() for cell in cells]
    known = [None if word in ("?", "", "NaN") else word for word in words]
    try:
        return pa.array(known, pa.string()).cast(pa.float64())
    except pa.ArrowInvalid:
        odd = next(word for word in known if word and not _is_number(word))
        raise head.refuse(
            line, f"holds {shorten(odd)}, which is not a number"
        ) from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _told_stamps(head: _Head, line: int, words: Sequence[str]) -> Stamps:
    """Return time stamps that stand beside values: whole numbers or dates."""
    try:
        if all(re.fullmatch(r"-?\d{1,18}", word) for word in words):
            return np.array([int(word) for word in words], np.int64)
        return np.array([_moment(word) for word in words], "datetime64[us]")
    except ValueError:
        raise head.refuse(line, "has a time stamp that is no date") from None


def _moment(word: str) -> np.datetime64:
    """Return a date, whose clock the archive writes as 00-00-00.

    Raises:
        ValueError: it is none, or has a zone.
    """
    day, _, clock = word.replace("/", "-").partition(" ")
    moment = datetime.fromisoformat(f"{day} {clock.replace('-', ':')}".strip())
    if moment.tzinfo is not None:
        raise ValueError(word)
    return np.datetime64(moment)


def _stamps(head: _Head, line: int, start: str | None, count: int) -> Stamps:
    """Return the time stamps of a series, from its start by the file's frequency."""
    if start is None:
        return np.arange(count)
    said = head.said.get("frequency", "")
    counted = _COUNTED.fullmatch(said)
    if counted:
        step, unit = int(counted[1]), _LETTERS[counted[2]]
    elif said in _UNITS:
        step, unit = _UNITS[said]
    else:
        raise DataError(
            f"{head.path} has series with a start, but the frequency {shorten(said)}",
            hint=f"known are {', '.join(_UNITS)}, and such as 10_minutes",
        )
    try:
        first = _moment(start).astype("datetime64[us]")
    except ValueError:
        what = f"starts at {shorten(start)}, which is no date"
        raise head.refuse(line, what) from None
    if unit == "M":
        return _months(first, step, count)
    steps = (np.arange(count) * step).astype(f"timedelta64[{unit}]")
    return np.asarray(first + steps)


def _months(first: np.datetime64, step: int, count: int) -> Stamps:
    """Return a day of each month, the last where the month is shorter."""
    day = first.astype("datetime64[D]")
    months = day.astype("datetime64[M]") + np.arange(count) * step
    begins, ends = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    since = day - begins[0]
    days = np.minimum(begins + since, ends - 1)
    if day == ends[0] - 1:
        days = ends - 1  # of a month's last day
    return np.asarray(days.astype("datetime64[us]") + (first - day))
