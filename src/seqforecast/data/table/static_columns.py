"""Static columns and groups: one text a series, the same in all its records."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.grid.first_pass import grown
from seqforecast.data.panel import IntArray
from seqforecast.data.table.columns import IdColumn
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.timestamps import as_text, is_text, plain
from seqforecast.errors import DataError

Static = dict[str, npt.NDArray[Any]]
_NONE = -1


def read_static(
    table: Table,
    id_column: str | None,
    columns: Sequence[str],
    ids: Sequence[str],
    *,
    fill: bool,
) -> Static:
    """Pass over a long file, and return each column's value by series.

    Values come as texts, as written; which of them are numbers is learnt later.

    Args:
        table: the file, whose ids were found readable.
        id_column: names the series; None if there is one.
        columns: the static columns.
        ids: one name a series, in the order of their first records.
        fill: whether empty cells take the value of the other records of their series.

    Raises:
        DataError: a value changes within a series, or is missing.
    """
    if not columns:
        return {}
    names = None if id_column is None else IdColumn(id_column, table)
    readers = [_Column(name, table) for name in columns]
    column_names = [*columns] if id_column is None else [id_column, *columns]
    for start, arrays in table.batches(column_names, id_column):
        count = len(arrays[columns[0]])
        groups = np.zeros(count, np.int64)
        if names is not None:
            groups = names.read(arrays[names.name], start)
        for reader in readers:
            reader.read(arrays[reader.name], groups, start)
    return {reader.name: reader.close(ids, fill=fill) for reader in readers}


class _Column:
    """Reads one column, batch by batch; each text is kept once."""

    def __init__(self, name: str, table: Table) -> None:
        self.name, self._table = name, table
        self._texts: dict[str, int] = {}
        self._code, self._record = np.zeros((2, 0), np.int64)
        self._change: tuple[int, int, int] | None = None  # record, series, code
        self._empty: tuple[int, int] | None = None  # record, series
        self._empties = 0

    def read(self, column: Any, groups: IntArray, start: int) -> None:
        """Take in some records; shape (records,) each."""
        codes = self._codes(column)
        size = int(groups.max()) + 1
        known = len(self._code)
        self._code, self._record = grown(self._code, size), grown(self._record, size)
        self._code[known:] = _NONE
        present = np.flatnonzero(codes != _NONE)
        new, first = np.unique(groups[present], return_index=True)
        unknown = self._code[new] == _NONE
        new, first = new[unknown], present[first[unknown]]
        self._code[new], self._record[new] = codes[first], start + first
        changed = present[codes[present] != self._code[groups[present]]]
        if len(changed) and self._change is None:
            i = int(changed[0])
            self._change = (start + i, int(groups[i]), int(codes[i]))
        if len(present) < len(codes):
            i = int(np.argmax(codes == _NONE))
            self._empty = self._empty or (start + i, int(groups[i]))
            self._empties += len(codes) - len(present)

    def close(self, ids: Sequence[str], *, fill: bool) -> npt.NDArray[Any]:
        """Return the value of every series, shape (series,).

        Raises:
            DataError: a value changes within a series, or is missing.
        """
        texts, table = list(self._texts), self._table
        if self._change is not None:
            record, series, code = self._change
            before = table.where(int(self._record[series]))
            raise DataError(
                f"{table.path} {table.where(record)}: static column {self.name!r} of "
                f"series {ids[series]!r} is {texts[code]!r}, but "
                f"{texts[self._code[series]]!r} in {before}",
                hint="a static column has one value a series; numbers that change "
                "can be data.past or data.future",
            )
        codes = self._code[: len(ids)]
        without = np.flatnonzero(codes == _NONE)
        if len(without):
            raise DataError(
                f"{table.path}: static column {self.name!r} has no value in any record "
                f"of series {ids[without[0]]!r}; such series: {len(without):,}",
                hint="give every series a value",
            )
        if self._empty is not None and not fill:
            record, series = self._empty
            raise DataError(
                f"{table.path} {table.where(record)}: static column {self.name!r} of "
                f"series {ids[series]!r} is empty; such records: {self._empties:,}",
                hint="fill it in, or set data.covariate_missing: previous to take "
                "it from the other records of the series",
            )
        return np.array(texts, object)[codes]

    def _codes(self, column: Any) -> IntArray:
        """Return a number for each record's text, `_NONE` where it is empty."""
        column = plain(column)
        try:
            column = column if is_text(column.type) else as_text(column)
        except pa.ArrowException as error:
            raise DataError(
                f"{self._table.path}: static column {self.name!r} holds values of type "
                f"{column.type}",
                hint="store one number or text in each record",
            ) from error
        encoded = pc.utf8_trim_whitespace(column).dictionary_encode()
        numbers = [self._number(text) for text in encoded.dictionary.to_pylist()]
        places = pc.fill_null(encoded.indices, len(numbers))
        codes = np.array([*numbers, _NONE], np.int64)
        return np.asarray(codes[places.to_numpy(zero_copy_only=False)])

    def _number(self, text: str) -> int:
        if not text:
            return _NONE
        return self._texts.setdefault(text, len(self._texts))


def read_groups(
    table: Table, id_column: str | None, group: str, ids: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the group of each series of a long file; empty cells count for nothing.

    Args:
        table: the file, whose ids were found readable.
        id_column: names the series; None if there is one.
        group: the column, which the file has.
        ids: one name a series, in the order of their first records.

    Raises:
        DataError: the group changes within a series, or a series has none.
    """
    try:
        static = read_static(table, id_column, [group], ids, fill=True)
    except DataError as error:
        raise DataError(
            f"{error} (evaluation.group)",
            hint="a series belongs to one group; name another column, or leave "
            "evaluation.group out",
        ) from None
    return tuple(static[group].tolist())
