"""The id column, batch by batch: a number for each record, each name kept once."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import IntArray
from seqforecast.data.sources.reading import Table
from seqforecast.errors import DataError


class Names:
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
            DataError: the names are fractions, or lists of something.
        """
        if pa.types.is_floating(column.type) or pa.types.is_nested(column.type):
            raise DataError(
                f"{self._table.path}: column {self.name!r} holds values of type "
                f"{column.type}, which name no series",
                hint="store the names as text",
            )
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        self._turn_to(column.dictionary)
        places = pc.fill_null(column.indices, len(column.dictionary))
        places = places.to_numpy(zero_copy_only=False)
        numbers = self._known[places]
        if (numbers == _NEW).any():
            self._learn(column.dictionary, places[numbers == _NEW])
            numbers = self._known[places]
        self._count_nameless(numbers == _NAMELESS, start)
        return np.asarray(np.maximum(numbers, 0))

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
        names = dictionary.take(pa.array(used)).cast(pa.string()).to_pylist()
        for place, name in zip(used.tolist(), names, strict=True):
            if not name:
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


_NEW, _NAMELESS = -1, -2
