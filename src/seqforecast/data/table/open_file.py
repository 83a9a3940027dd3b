"""Opening a data file of a known kind: CSV (in csv_file.py) or Parquet."""

import hashlib
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from seqforecast.data.table import batches
from seqforecast.data.table.csv_file import PLAIN, Column, CsvTable, Dialect, open_csv
from seqforecast.errors import DataError, shorten

SUFFIXES = (".csv", ".csv.gz", ".parquet")
BESIDE_EXPERIMENT = (
    "data.path counts from the folder of the experiment file, in --set from where you "
    "are"
)

_WHOLE = "was it copied or written to the end?"
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
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
        with batches.naming(self.path, "is damaged", _WHOLE), self._open(coded) as file:
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
                    hint=_WHOLE,
                )
        batches.refuse_change(self.path, self.state)

    def bundles(self, columns: Sequence[Column]) -> list[Sequence[Column]]:
        """Return which columns are best read together: each has a buffer."""
        return [columns[i : i + _TOGETHER] for i in range(0, len(columns), _TOGETHER)]

    def where(self, record: int) -> str:
        """Return the row of a record, counted from 1."""
        return f"row {record + 1}"

    def _open(self, coded: str | None) -> Any:
        with suppress(KeyError):  # a nested column is not found among those of texts
            return self._file([coded] if coded else None)
        return self._file(None)

    def _file(self, coded: list[str] | None) -> Any:
        source = pa.BufferReader(self.content) if self.content else self.path
        return pyarrow.parquet.ParquetFile(
            source,
            read_dictionary=coded,
            buffer_size=_BUFFER,
            pre_buffer=False,  # it would keep all that was read until the end
            page_checksum_verification=True,
        )


Table = CsvTable | ParquetTable


def check_file(path: Path, hint: str = BESIDE_EXPERIMENT) -> batches.State:
    """Refuse what is no data file, before any of it is read; return its state.

    Args:
        path: the file; links are followed.
        hint: what to look at where it is absent.

    Raises:
        DataError: it is absent, empty, of an unknown kind, a folder, or one of those
            whose content may never end: a pipe, a device, a socket.
    """
    if not path.name.lower().endswith(SUFFIXES):
        raise DataError(
            f"{path} is of an unknown kind",
            hint=f"data.path must end in {', '.join(SUFFIXES)}",
        )
    try:
        status = path.stat()
    except FileNotFoundError:
        raise DataError(f"{path} does not exist", hint=hint) from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be looked at: {error}", hint=hint) from error
    if stat.S_ISDIR(status.st_mode):
        raise DataError(f"{path} is a directory", hint="data.path names one file")
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise DataError(
            f"{path} is no plain file but {kind}",
            hint="data are read several times: write them into a file first",
        )
    if status.st_size == 0:
        raise DataError(f"{path} is empty", hint="was it written to the end?")
    return batches.state_of(path)


def open_table(
    path: Path, dialect: Dialect = PLAIN, hint: str = BESIDE_EXPERIMENT
) -> Table:
    """Return a file with its column names; the values are read later.

    Args:
        path: the file.
        dialect: how it is written, if it is CSV.
        hint: what to look at where the file is absent.

    Raises:
        DataError: the file is absent, empty, damaged, not in UTF-8, of an unknown
            kind, or its header is not a list of different names.
    """
    state = check_file(path, hint)
    with batches.naming(path, "cannot be read"):
        sha256 = _hash(path)
    if path.suffix.lower() == ".parquet":
        table: Table = _open_parquet(path, None, sha256, state)
    else:
        table = open_csv(path, sha256, state, dialect)
    for name, count in Counter(filter(None, table.columns)).items():
        if count > 1:
            raise DataError(
                f"{path} has {count} columns named {shorten(name)}",
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
    except (*batches.UNREADABLE, TypeError, ValueError) as error:
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
    except UnicodeError as error:
        raise DataError(
            f"{path} has a column whose name is not UTF-8: {shorten(error.args[1])}",
            hint="write the file again with other column names",
        ) from error
    except batches.UNREADABLE as error:
        raise DataError(
            f"{path} is not a whole Parquet file",
            hint=_WHOLE,
        ) from error
    if rows == 0:
        raise DataError(
            f"{path} has column names, but no rows",
            hint=_WHOLE,
        )
    # pandas stores an unnamed index under such a name; nobody means it as a series.
    columns = ("" if name.startswith("__index_level_") else name for name in names)
    return ParquetTable(path, content, sha256, state, tuple(columns))


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
