"""The first records of an unknown table, read by the same code as for training."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.table.columns import NumberColumn
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.timestamps import as_text, is_text, plain

ROWS = 2_000_000  # looked at


class Sample:
    """The first records of a table, of columns that have names.

    Args:
        table: the file.

    Attributes:
        names: of the columns, in file order.
        rows: how many records were read.

    Raises:
        DataError: the file cannot be read.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = [name for name in table.columns if name]
        some: dict[str, list[Any]] = {name: [] for name in self.names}
        self.rows = 0
        for _, arrays in table.batches(self.names):
            if self.rows >= ROWS:
                break
            for name, column in arrays.items():
                some[name].append(plain(column))
            self.rows += len(next(iter(arrays.values())))
        self._columns = {name: pa.chunked_array(some[name]) for name in self.names}
        self.numbers = cache(self._numbers)
        self.codes = cache(self._codes)

    def column(self, name: str) -> Any:
        """Return the records of a column, an Arrow array."""
        return self._columns[name].combine_chunks()

    def texts(self, name: str, most: int) -> list[str]:
        """Return the first different texts of a column, trimmed; none of other types.

        Args:
            name: the column.
            most: how many records are looked at.
        """
        column = self._columns[name][:most]
        if not is_text(column.type):
            return []
        trimmed = pc.unique(pc.utf8_trim_whitespace(column)).to_pylist()
        return [text for text in trimmed if text]

    def is_text(self, name: str) -> bool:
        """Return whether values are written, not typed."""
        return is_text(self._columns[name].type)

    def is_dated(self, name: str) -> bool:
        """Return whether a column is typed as dates or time stamps."""
        kind = self._columns[name].type
        return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))

    def _numbers(self, name: str) -> tuple[FloatArray, str]:
        """Return a column's values, shape (records,), and why it holds no numbers.

        The reason is empty for numbers, of which some may be missing (NaN).
        """
        reader = NumberColumn(name, self.table, "", flags=True)
        values = reader.read(self.column(name), 0)
        count, like = reader.odd()
        some = int(np.count_nonzero(~np.isnan(values)))
        if count and some:
            like = f"{count:,} of {count + some:,} values are {like}"
        return values, like or ("" if some else "no values")

    def is_number(self, name: str) -> bool:
        """Return whether all values are numbers, but for missing ones."""
        return not self.numbers(name)[1]

    def is_whole(self, name: str) -> bool:
        """Return whether all values are whole numbers, none of them missing."""
        values, odd = self.numbers(name)
        return not odd and bool(np.all(values == np.round(values)))  # no NaN is

    def varies(self, name: str) -> bool:
        """Return whether a column of numbers has two values."""
        values, _ = self.numbers(name)
        return bool(np.nanmax(values) > np.nanmin(values))

    def _codes(self, name: str) -> tuple[IntArray, int]:
        """Return which different text each record has, -1 for none; and how many."""
        none = np.full(self.rows, -1), 0
        try:
            texts = as_text(self.column(name))
        except pa.ArrowException:
            return none
        coded = texts.dictionary_encode()
        codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        names = coded.dictionary.to_pylist()
        if "" in names:
            codes = np.where(codes == names.index(""), -1, codes)
        return codes.astype(np.int64), len(set(names) - {""})


def pairs(first: IntArray, second: npt.NDArray[Any]) -> IntArray:
    """Return which different pair each record has, shape (records,)."""
    _, codes = np.unique(second, return_inverse=True)
    return first * (int(codes.max(initial=0)) + 1) + codes
