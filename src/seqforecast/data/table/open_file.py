"""Opening a data file of a known kind: CSV (in csv_file.py) or Parquet."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from seqforecast.data.table import batches
from seqforecast.data.table.csv_file import PLAIN, Column, CsvTable, Dialect, open_csv
from seqforecast.errors import DataError

SUFFIXES = (".csv", ".csv.gz", ".parquet")

_PIECE = 1 << 20  # bytes of a file hashed at a time
_BUFFER = 1 << 18  # bytes of a column read at a time
_TOGETHER = 16  # columns of a Parquet file


@dataclass(frozen=True, slots=True, eq=False)
class ParquetTable:
    """A Parquet file, or its content; the attributes are those of `CsvTable`."""

    path: Path
    content: Any
    sha256: str
    state: batches.State | None
    columns: tuple[str, ...]
    dialect: Dialect = PLAIN

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
        try:
            with self._open(coded) as file:
                rows = max(1, batches.ROWS // max(1, len(names) // _TOGETHER))
                record_batches = file.iter_batches(rows, columns=list(names))
                yield from batches.pieces(record_batches, names)
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{self.path} is damaged: {error}") from error
        batches.refuse_change(self.path, self.state)

    def bundles(self, columns: Sequence[Column]) -> list[Sequence[Column]]:
        """Return which columns are best read together: each has a buffer."""
        return [columns[i : i + _TOGETHER] for i in range(0, len(columns), _TOGETHER)]

    def where(self, record: int) -> str:
        """Return the row of a record, counted from 1."""
        return f"row {record + 1}"

    def _open(self, coded: str | None) -> Any:
        source = pa.BufferReader(self.content) if self.content else self.path
        return pyarrow.parquet.ParquetFile(
            source,
            read_dictionary=[coded] if coded else None,
            buffer_size=_BUFFER,
            pre_buffer=False,  # it would keep all that was read until the end
        )


Table = CsvTable | ParquetTable


def open_table(path: Path, dialect: Dialect = PLAIN) -> Table:
    """Return a file with its column names; the values are read later.

    Args:
        path: the file.
        dialect: how it is written, if it is CSV.

    Raises:
        DataError: the file is absent, empty, damaged, not in UTF-8, of an unknown
            kind, or its header is not a list of different names.
    """
    if not path.name.lower().endswith(SUFFIXES):
        raise DataError(
            f"{path} is of an unknown kind",
            hint=f"data.path must end in {', '.join(SUFFIXES)}",
        )
    try:
        state, sha256 = batches.state_of(path), _hash(path)
    except FileNotFoundError:
        raise DataError(
            f"{path} does not exist",
            hint="data.path counts from the folder of the experiment file, in --set "
            "from where you are",
        ) from None
    except OSError as error:
        reason = "is a directory" if path.is_dir() else f"cannot be read: {error}"
        raise DataError(f"{path} {reason}", hint="data.path names one file") from error
    if state[0] == 0:
        raise DataError(f"{path} is empty", hint="was it written to the end?")
    if path.suffix.lower() == ".parquet":
        table: Table = _open_parquet(path, None, sha256, state)
    else:
        table = open_csv(path, sha256, state, dialect)
    for name, count in Counter(filter(None, table.columns)).items():
        if count > 1:
            raise DataError(
                f"{path} has {count} columns named {name!r}",
                hint="give every column a name of its own",
            )
    return table


def open_frame(frame: Any) -> ParquetTable:
    """Return a data frame as a table; its rows are counted from 1 in messages.

    Raises:
        DataError: it has no rows, or a column that no table can hold.
    """
    sink = pa.BufferOutputStream()
    try:
        pyarrow.parquet.write_table(pa.Table.from_pandas(frame), sink)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"the data frame cannot be read: {error}",
            hint="its columns must be plain numbers, text or dates",
        ) from error
    content = sink.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    return _open_parquet(Path("data frame"), content, sha256, None)


def _hash(path: Path) -> str:
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            sha256.update(piece)
    return sha256.hexdigest()


def _open_parquet(
    path: Path, content: Any, sha256: str, state: batches.State | None
) -> ParquetTable:
    source = pa.BufferReader(content) if content else path
    try:
        with pyarrow.parquet.ParquetFile(source) as file:
            rows, names = file.metadata.num_rows, file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path} is not a whole Parquet file",
            hint="was it copied or written to the end?",
        ) from error
    if rows == 0:
        raise DataError(
            f"{path} has column names, but no rows",
            hint="was it copied or written to the end?",
        )
    # pandas stores an unnamed index under such a name; nobody means it as a series.
    columns = ("" if name.startswith("__index_level_") else name for name in names)
    return ParquetTable(path, content, sha256, state, tuple(columns))
