"""Parquet files, and tables that are kept in memory as such."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from seqforecast.data.table import batches
from seqforecast.data.table.csv_file import PLAIN, Column, Dialect
from seqforecast.errors import DataError, shorten

WHOLE = "was it copied or written to the end?"
_BUFFER = 1 << 18  # bytes of a column read at a time
_TOGETHER = 16  # columns of a Parquet file


def row_of(record: int) -> str:
    """Return the row of a record, counted from 1."""
    return f"row {record + 1}"


@dataclass(frozen=True, slots=True, eq=False)
class ParquetTable:
    """A Parquet file, or its content; the attributes are those of `CsvTable`.

    Attributes:
        rows: how many records there are.
        place: from a record's position to where a person finds it.
        notes: what was done to make a table of it.
    """

    path: Path
    content: Any
    sha256: str
    state: batches.State | None
    columns: tuple[str, ...]
    dialect: Dialect = PLAIN
    rows: int = 0
    kinds: tuple[Any, ...] = ()
    place: Callable[[int], str] = row_of
    notes: tuple[str, ...] = field(default=())

    def batches(
        self, names: Sequence[str], coded: str | None = None
    ) -> Iterator[batches.Piece]:
        """Pass over all records, and yield the columns in the types of the file.

        Args:
            names: the columns.
            coded: a column whose texts come as numbers into a list of them, each
                text once, where the file allows it.

        Raises:
            DataError: the file is damaged, or was changed since it was opened.
        """
        batches.refuse_change(self.path, self.state)
        with batches.naming(self.path, "is damaged", WHOLE), self._open(coded) as file:
            rows = max(1, batches.ROWS // max(1, len(names) // _TOGETHER))
            record_batches = file.iter_batches(rows, columns=list(names))
            promised, read = file.metadata.num_rows, 0
            for start, arrays in batches.pieces(record_batches, names):
                for name, column in arrays.items():
                    _refuse_broken_text(self.path, name, column, start)
                    read = start + len(column)
                yield start, {name: _usual(column) for name, column in arrays.items()}
            if names and read != promised:
                raise DataError(
                    f"{self.path} is damaged: it has {read:,} records where it should "
                    f"have {promised:,}",
                    hint=WHOLE,
                )
        batches.refuse_change(self.path, self.state)

    def bundles(self, columns: Sequence[Column]) -> list[Sequence[Column]]:
        """Return which columns are best read together: each has a buffer.

        Of a file with few records they are many, as each bundle opens the file anew.
        """
        many = max(_TOGETHER, _TOGETHER * batches.ROWS // max(1, self.rows))
        return [columns[i : i + many] for i in range(0, len(columns), many)]

    def where(self, record: int) -> str:
        """Return where a person finds a record."""
        return self.place(record)

    def _open(self, coded: str | None) -> Any:
        with suppress(KeyError):  # a nested column is not found among those of texts
            return self._file([coded] if coded else None)
        return self._file(None)

    def _file(self, coded: list[str] | None) -> Any:
        source = pa.BufferReader(self.content) if self.content else self.path
        return pyarrow.parquet.ParquetFile(
            source,
            read_dictionary=coded,
            buffer_size=_BUFFER if self.rows > batches.ROWS else 0,
            pre_buffer=False,  # it would keep all that was read until the end
            page_checksum_verification=True,
        )


def open_parquet(
    path: Path,
    content: Any,
    sha256: str,
    state: batches.State | None,
    dialect: Dialect = PLAIN,
) -> ParquetTable:
    """Return a Parquet file with its column names.

    Args:
        path: the file, or what messages call its content.
        content: a buffer with what the file would hold; None for a file.
        sha256: of the bytes.
        state: of the file; None for what lies in memory.
        dialect: how numbers in texts are written.

    Raises:
        DataError: it is no whole Parquet file.
    """
    source = pa.BufferReader(content) if content else path
    try:
        with pyarrow.parquet.ParquetFile(source) as file:
            rows, schema = file.metadata.num_rows, file.schema_arrow
            names, kinds = schema.names, tuple(schema.types)
    except UnicodeError as error:
        raise DataError(
            f"{path} has a column whose name is not UTF-8: {shorten(error.args[1])}",
            hint="write the file again with other column names",
        ) from error
    except batches.UNREADABLE as error:
        raise DataError(
            f"{path} is not a whole Parquet file",
            hint=WHOLE,
        ) from error
    # pandas stores an unnamed index under such a name; nobody means it as a series.
    columns = ("" if name.startswith("__index_level_") else name for name in names)
    return ParquetTable(
        path, content, sha256, state, tuple(columns), dialect, rows, kinds
    )


def _usual(column: Any) -> Any:
    """Return an Arrow array whose texts are of the kind that all functions take."""
    return column.cast(pa.string()) if str(column.type) == "string_view" else column


def _refuse_broken_text(path: Path, name: str, column: Any, start: int) -> None:
    """Refuse texts that are not UTF-8: Parquet keeps whatever was written as text.

    Raises:
        DataError: a text of the column is none.
    """
    if not any(kind in str(column.type) for kind in ("string", "utf8")):
        return
    try:
        column.validate(full=True)
    except pa.ArrowInvalid as error:
        raise DataError(
            f"{path} {_broken(column, start)}: column {shorten(name)} holds text that "
            "is not UTF-8",
            hint="write the file again with the text in UTF-8",
        ) from error


def _broken(column: Any, start: int) -> str:
    """Return the row of the first text that is not UTF-8, counted from 1."""
    rows = (i + 1 for i, value in enumerate(column) if not _is_whole(value))
    return f"row {start + next(rows, 1)}"


def _is_whole(value: Any) -> bool:
    """Return whether a value can be handed to Python."""
    try:
        value.as_py()
    except UnicodeError:
        return False
    return True
