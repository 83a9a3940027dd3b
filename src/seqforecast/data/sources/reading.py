"""Opening a data file of a known kind: CSV (in csv_table.py) or Parquet."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from seqforecast.data.sources.csv_table import CsvTable, open_csv
from seqforecast.errors import DataError

SUFFIXES = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True, slots=True, eq=False)
class ParquetTable:
    """A Parquet file; the attributes are those of `CsvTable`."""

    path: Path
    content: bytes
    sha256: str
    columns: tuple[str, ...]

    def read(self, text: Sequence[str], numbers: Sequence[str]) -> dict[str, Any]:
        """Return Arrow arrays by column name, in the types of the file.

        Raises:
            DataError: the file is damaged.
        """
        wanted = [*text, *numbers]
        try:
            source = pa.BufferReader(self.content)
            table = pyarrow.parquet.ParquetFile(source).read(columns=wanted)
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{self.path} is damaged: {error}") from error
        return {name: table.column(name).combine_chunks() for name in wanted}

    def where(self, record: int) -> str:
        """Return the row of a record, counted from 1."""
        return f"row {record + 1}"


Table = CsvTable | ParquetTable


def open_table(path: Path) -> Table:
    """Return a file with its column names; the values are read later.

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
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"{path} does not exist",
            hint="data.path counts from the folder of the experiment file, in --set "
            "from where you are",
        ) from None
    except OSError as error:
        reason = "is a directory" if path.is_dir() else f"cannot be read: {error}"
        raise DataError(f"{path} {reason}", hint="data.path names one file") from error
    if not raw:
        raise DataError(f"{path} is empty", hint="was it written to the end?")
    sha256 = hashlib.sha256(raw).hexdigest()
    opener = _open_parquet if path.suffix.lower() == ".parquet" else open_csv
    table = opener(path, raw, sha256)
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
    raw = sink.getvalue().to_pybytes()
    return _open_parquet(Path("data frame"), raw, hashlib.sha256(raw).hexdigest())


def _open_parquet(path: Path, raw: bytes, sha256: str) -> ParquetTable:
    try:
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(raw))
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path} is not a whole Parquet file",
            hint="was it copied or written to the end?",
        ) from error
    if file.metadata.num_rows == 0:
        raise DataError(
            f"{path} has column names, but no rows",
            hint="was it copied or written to the end?",
        )
    # pandas stores an unnamed index under such a name; nobody means it as a series.
    names = file.schema_arrow.names
    columns = ("" if name.startswith("__index_level_") else name for name in names)
    return ParquetTable(path, raw, sha256, tuple(columns))
