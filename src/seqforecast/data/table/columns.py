"""Columns of numbers and ids, batch by batch: Arrow to NumPy, or a refusal."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.table.kinds import is_text_file
from seqforecast.data.table.number_text import (
    AS_FLAGS,
    CORRECT,
    MARKS,
    Doubts,
    both_ways,
    explain,
    read_closely,
    read_plain,
)
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.timestamps import as_text
from seqforecast.errors import DataError, shorten

_LARGEST = float(np.finfo(np.float32).max)
_NEW, _NAMELESS = -1, -2
_MANY = 16  # columns that are worth reading as one


class Faults:
    """Values of one kind that cannot be used: how many, and the first of them."""

    def __init__(self) -> None:
        self.count, self.record, self.value = 0, 0, ""

    def add(self, bad: npt.NDArray[np.bool_], start: int, values: Any) -> None:
        """Count in a batch that begins at a record, and keep the first value."""
        count = int(bad.sum())
        if count and not self.count:
            first = int(np.argmax(bad))
            self.record, self.value = start + first, str(values[first])
        self.count += count

    def others(self) -> str:
        """Return how many there are, if more than one."""
        many = self.count > 1
        return f"; {self.count:,} such values in this column" if many else ""


class NumberColumn:
    """Reads one column of numbers, or of numbers written as text.

    What cannot be read is counted, not refused at once, so that a message can tell
    how often it occurs.

    Args:
        name: the column's name.
        table: where it comes from.
        hint: what to do when no value of the column is a number.
        marks: numbers and texts that mean missing.
        flags: whether TRUE and FALSE are 1 and 0.
    """

    def __init__(
        self,
        name: str,
        table: Table,
        hint: str,
        marks: Sequence[float | str] = (),
        *,
        flags: bool = False,
    ) -> None:
        self.name, self._table, self._hint = name, table, hint
        self._numbers = [mark for mark in marks if not isinstance(mark, str)]
        self._words = [mark.strip() for mark in marks if isinstance(mark, str)]
        self._takes_flags = flags
        self._kind, self._some, self._are_flags = "", False, False
        self._texts, self._large, self._flags = Faults(), Faults(), Faults()
        self._doubts = Doubts(table.dialect)
        self.marked = 0

    def read(self, column: Any, start: int) -> FloatArray:
        """Return float64 values, shape (records,), with NaN where one is missing.

        Args:
            column: an Arrow array.
            start: the position of its first record in the file.
        """
        kind = column.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            values = self._numbers_in_text(column, start)
        elif _is_number(kind) or (self._takes_flags and pa.types.is_boolean(kind)):
            self._are_flags = pa.types.is_boolean(kind)
            numbers = column.cast(pa.float64(), safe=False)
            values = np.asarray(numbers.to_numpy(zero_copy_only=False), np.float64)
        else:
            self._kind = str(kind)
            return np.full(len(column), np.nan)
        if self._numbers:
            values = self._without_marks(values)
        # Larger than float32, or infinite: None of it passes a comparison of extremes.
        if np.fmax.reduce(values) > _LARGEST or np.fmin.reduce(values) < -_LARGEST:
            self._large.add(np.abs(values) > _LARGEST, start, values)
        return values

    def read_plainly(self, column: Any) -> FloatArray | None:
        """Return the values of a column if all are ordinary numbers, else None.

        Nothing is counted; numbers that mean missing are not ordinary.
        """
        kind = column.type
        if self._numbers or pa.types.is_boolean(kind):
            return None
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            values = read_plain(column, self._table.dialect)
        elif _is_number(kind):
            numbers = column.cast(pa.float64(), safe=False)
            values = np.asarray(numbers.to_numpy(zero_copy_only=False), np.float64)
        else:
            return None
        if values is None or not len(values):
            return None
        far = np.fmax.reduce(values) > _LARGEST or np.fmin.reduce(values) < -_LARGEST
        return None if far else values

    def accept(self, texts: Any, start: int, *, some: bool) -> None:
        """Note that a column holds ordinary numbers.

        Args:
            texts: an Arrow array; None of a column that is typed.
            start: the position of its first record in the file.
            some: whether any value is there.
        """
        if texts is not None:
            self._doubts.look(texts, start)
        self._some = self._some or some

    def odd(self) -> tuple[int, str]:
        """Return how many values read so far are no numbers, and what they are like.

        All are counted as one where their type holds no numbers.
        """
        if self._kind:
            return 1, f"values of type {self._kind}"
        like = f"no numbers, such as {shorten(self._texts.value)}"
        return (self._texts.count, like) if self._texts.count else (0, "")

    @property
    def has_flags(self) -> bool:
        """Whether TRUE and FALSE were read as numbers."""
        return self._are_flags or bool(self._flags.count)

    def refuse(self) -> None:
        """Refuse what could not be read, once all records were.

        Raises:
            DataError: a value is text, infinite, too large for float32, or of a type
                that is no number; or all can be read in two ways.
        """
        where, name = f"{self._table.path}", self.name
        if self._kind:
            raise DataError(
                f"{where}: column {name!r} holds values of type {self._kind}, "
                "not numbers",
                hint=AS_FLAGS if self._kind == "bool" else self._hint,
            )
        if self._flags.count and (self._some or not self._takes_flags):
            self._texts = self._flags
        if self._texts.count:
            raise self._refuse_text()
        if self._doubts.first is not None:
            record, text = self._doubts.first
            raise DataError(
                f"{where} {self._table.where(record)}: column {name!r} holds "
                f"{shorten(text)}, and three digits after each sign of this kind: "
                "decimals or thousands",
                hint=both_ways(text),
            )
        if self._large.count:
            value = self._large.value
            what = "infinite" if "inf" in value else "too large for float32"
            raise DataError(
                f"{where} {self._table.where(self._large.record)}: column {name!r} "
                f"holds {value}, which is {what}{self._large.others()}",
                hint="correct it, or leave the cell empty and set data.missing",
            )

    def _without_marks(self, values: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):  # -99.99 of 32 bits is not that of 64
            singles = values.astype(np.float32)
            is_marked = np.isin(singles, np.array(self._numbers).astype(np.float32))
        self.marked += int(is_marked.sum())
        return np.where(is_marked, np.nan, values)

    def _refuse_text(self) -> DataError:
        """Return the error of the first text that is no number."""
        text, table = self._texts.value, self._table
        why, hint = explain(text, table.dialect, is_csv=is_text_file(table.path))
        # A word as the only content of a column is in a column that is not meant.
        hint = hint or (CORRECT + MARKS if self._some else self._hint)
        return DataError(
            f"{table.path} {table.where(self._texts.record)}: column {self.name!r} "
            f"holds {shorten(text)}, which is not a number{why}{self._texts.others()}",
            hint=hint,
        )

    def _numbers_in_text(self, column: Any, start: int) -> FloatArray:
        self._doubts.look(column, start)
        values = read_plain(column, self._table.dialect)
        if values is not None:
            self._some = self._some or not bool(np.isnan(values).all())
            return values
        found = read_closely(column, self._table.dialect, self._words)
        self._some = self._some or bool(found.numbers.any())
        written = pc.utf8_trim_whitespace(column).to_numpy(zero_copy_only=False)
        self._texts.add(found.bad, start, written)
        self._flags.add(found.flags, start, written)
        self.marked += found.marked
        return found.values


def read_together(
    readers: Sequence[NumberColumn], columns: Sequence[Any], start: int
) -> FloatArray:
    """Return the values of several columns, shape (readers, records), as `read` does.

    Columns of one type that hold nothing but numbers are read as one: a table of ten
    thousand columns takes as long as one of as many rows.

    Args:
        readers: of the columns.
        columns: Arrow arrays, alike in length.
        start: the position of their first record in the file.
    """
    kinds = {column.type for column in columns}
    if len(readers) >= _MANY and len(kinds) == 1:
        values = readers[0].read_plainly(pa.concat_arrays(columns))
        if values is not None:
            values = values.reshape(len(readers), -1)
            some_in: Any = (~np.isnan(values)).any(axis=1).tolist()
            are_texts = not _is_number(columns[0].type)
            for reader, column, some in zip(readers, columns, some_in, strict=True):
                reader.accept(column if are_texts else None, start, some=some)
            return values
    size = len(columns[0]) if columns else 0
    values = np.empty((len(readers), size))
    for row, (reader, column) in enumerate(zip(readers, columns, strict=True)):
        values[row] = reader.read(column, start)
    return values


def _is_number(kind: Any) -> bool:
    tests = ("integer", "floating", "decimal", "null")
    return any(getattr(pa.types, f"is_{test}")(kind) for test in tests)


class IdColumn:
    """Numbers series in the order of their first records.

    Attributes:
        name: the column's name.
        ids: the names so far, in this order.
    """

    def __init__(self, name: str, table: Table) -> None:
        self.ids: list[str] = []
        self.name, self._table = name, table
        self._numbers: dict[str, int] = {}
        self._nameless, self._first_nameless = 0, 0
        self._dictionary: Any = None
        self._known = np.zeros(0, np.int64)

    def read(self, column: Any, start: int) -> IntArray:
        """Return the number of each record's series, shape (records,).

        A record without a name gets 0, and is refused by `refuse`.

        Args:
            column: an Arrow array.
            start: the position of its first record in the file.

        Raises:
            DataError: the names are fractions, lists of something, or bytes that are
                no text.
        """
        column = self._encoded(column)
        self._turn_to(column.dictionary)
        places = pc.fill_null(column.indices, len(column.dictionary))
        places = places.to_numpy(zero_copy_only=False)
        numbers = self._known[places]
        if (numbers == _NEW).any():
            self._learn(column.dictionary, places[numbers == _NEW])
            numbers = self._known[places]
        self._count_nameless(numbers == _NAMELESS, start)
        return np.asarray(np.maximum(numbers, 0))

    def _encoded(self, column: Any) -> Any:
        """Return an Arrow array with a dictionary of its values."""
        is_coded, kind = pa.types.is_dictionary(column.type), column.type
        kind = kind.value_type if is_coded else kind
        if not (pa.types.is_floating(kind) or pa.types.is_nested(kind)):
            with suppress(pa.ArrowException):  # few types cannot be encoded
                return column if is_coded else column.dictionary_encode()
        raise DataError(
            f"{self._table.path}: column {self.name!r} holds values of type "
            f"{kind}, which name no series",
            hint="store the names as text",
        )

    def refuse(self) -> None:
        """Refuse records without a name, once all records were read.

        Raises:
            DataError: there is one.
        """
        if self._nameless:
            count, where = self._nameless, self._table.where(self._first_nameless)
            raise DataError(
                f"{self._table.path} {where}: column {self.name!r} is empty, so the "
                "record belongs to no series"
                + (f"; {count:,} such records" if count > 1 else ""),
                hint="name the series, or set data.id: null if there is only one",
            )

    def _turn_to(self, dictionary: Any) -> None:
        """Prepare for a dictionary; batches of one row group share theirs."""
        if self._dictionary is not None and self._dictionary.equals(dictionary):
            return
        self._dictionary = dictionary
        self._known = np.full(len(dictionary) + 1, _NEW)
        self._known[-1] = _NAMELESS

    def _learn(self, dictionary: Any, places: npt.NDArray[Any]) -> None:
        """Number the names at some places of the dictionary, the first one first."""
        used, first = np.unique(places, return_index=True)
        used = used[np.argsort(first)]
        try:
            names = as_text(dictionary.take(pa.array(used))).to_pylist()
        except pa.ArrowException as error:
            raise DataError(
                f"{self._table.path}: column {self.name!r} names series by "
                f"{dictionary.type} that is no text in UTF-8",
                hint="store the names as text",
            ) from error
        for place, name in zip(used.tolist(), names, strict=True):
            if not name.strip():
                self._known[place] = _NAMELESS
                continue
            if name not in self._numbers:
                self._numbers[name] = len(self.ids)
                self.ids.append(name)
            self._known[place] = self._numbers[name]

    def _count_nameless(self, nameless: npt.NDArray[np.bool_], start: int) -> None:
        count = int(nameless.sum())
        if count and not self._nameless:
            self._first_nameless = start + int(np.argmax(nameless))
        self._nameless += count
