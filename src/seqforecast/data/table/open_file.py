"""The door to every file of data: its kind, and the table it holds."""

import hashlib
import stat
from collections import Counter
from pathlib import Path
from typing import Any

from seqforecast.data.table import batches
from seqforecast.data.table.csv_file import PLAIN, CsvTable, Dialect, open_csv
from seqforecast.data.table.formats.folder import FolderTable, files_in, open_folder
from seqforecast.data.table.formats.in_memory import (
    Content,
    frame_table,
    read_arrow,
    table_of,
)
from seqforecast.data.table.formats.parquet_file import (
    WHOLE,
    ParquetTable,
    open_parquet,
)
from seqforecast.data.table.formats.series_file import read_series
from seqforecast.data.table.formats.workbook import read_workbook
from seqforecast.data.table.kinds import (
    ARROW,
    PARQUET,
    WORKBOOK,
    is_known,
    is_text_file,
    way_out,
)
from seqforecast.errors import DataError, shorten

BESIDE_EXPERIMENT = (
    "data.path counts from the folder of the experiment file, in --set from where you "
    "are"
)

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_PIECE = 1 << 20  # bytes of a file hashed at a time

Table = CsvTable | ParquetTable | FolderTable


def check_file(path: Path, hint: str = BESIDE_EXPERIMENT) -> batches.State:
    """Refuse what is no data file, before any of it is read; return its state.

    Args:
        path: the file, or a folder of Parquet files; links are followed.
        hint: what to look at where it is absent.

    Raises:
        DataError: it is absent, empty, of an unknown kind, a folder without Parquet
            files, or one of those whose content may never end: a pipe, a device, a
            socket.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        _refuse_unknown(path)
        raise DataError(f"{path} does not exist", hint=hint) from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be looked at: {error}", hint=hint) from error
    if stat.S_ISDIR(status.st_mode):
        files_in(path)
        return batches.state_of(path)
    _refuse_unknown(path)
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise DataError(
            f"{path} is no plain file but {kind}",
            hint="data are read several times: write them into a file first",
        )
    if status.st_size == 0:
        raise DataError(f"{path} is empty", hint="was it written to the end?")
    return batches.state_of(path)


def _refuse_unknown(path: Path) -> None:
    if not is_known(path):
        raise DataError(f"{path} is of an unknown kind", hint=way_out(path))


def open_table(
    path: Path,
    dialect: Dialect = PLAIN,
    hint: str = BESIDE_EXPERIMENT,
    sheet: str | None = None,
) -> Table:
    """Return a file with its column names; the values are read later.

    Args:
        path: the file, or a folder of Parquet files.
        dialect: how it is written, if it is CSV, and numbers in texts of others.
        hint: what to look at where the file is absent.
        sheet: of a workbook; None for the first with data.

    Raises:
        DataError: the file is absent, empty, damaged, not in UTF-8, of an unknown
            kind, or its header is not a list of different names.
    """
    state = check_file(path, hint)
    with batches.naming(path, "cannot be read"):
        if sheet is not None and path.suffix.lower() not in WORKBOOK:
            raise DataError(
                f"{path} has no sheets: it is no workbook", hint="leave data.sheet out"
            )
        if path.is_dir():
            return _checked(open_folder(path, dialect, _hash))
        sha256 = _hash(path)
        if is_text_file(path):
            table: Table = open_csv(path, sha256, state, dialect)
        elif path.suffix.lower() in PARQUET:
            table = open_parquet(path, None, sha256, state, dialect)
        else:
            content = _read_whole(path, sheet)
            table = table_of(content, path, sha256, state, dialect)
    return _checked(table)


def _read_whole(path: Path, sheet: str | None) -> Content:
    """Return what a file of a kind that is read at once holds."""
    kind = path.suffix.lower()
    if kind in WORKBOOK:
        return read_workbook(path, sheet)
    return read_arrow(path) if kind in ARROW else read_series(path)


def _checked(table: Table) -> Table:
    """Return a table that has rows, and columns of different names."""
    if not isinstance(table, CsvTable) and not table.rows:
        raise DataError(f"{table.path} has column names, but no rows", hint=WHOLE)
    for name, count in Counter(filter(None, table.columns)).items():
        if count > 1:
            raise DataError(
                f"{table.path} has {count} columns named {shorten(name)}",
                hint="give every column a name of its own",
            )
    return table


def open_frame(frame: Any) -> Table:
    """Return a data frame as a table; its rows are counted from 1 in messages.

    Args:
        frame: of pandas, or what can hand over its columns as Arrow does: a table of
            Arrow, a frame of Polars, a relation of DuckDB.

    Raises:
        DataError: it has no rows, or a column that no table can hold.
    """
    return _checked(frame_table(frame))


def _hash(path: Path) -> str:
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            sha256.update(piece)
    return sha256.hexdigest()
