"""Tables that are read as a whole: frames, Arrow files, and what other files become."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from seqforecast.data.table import batches
from seqforecast.data.table.csv_file import Dialect
from seqforecast.data.table.formats.parquet_file import (
    WHOLE,
    ParquetTable,
    open_parquet,
    row_of,
)
from seqforecast.errors import DataError

_MAGIC = b"ARROW1"


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a file holds, once it was read.

    Attributes:
        columns: names, empty where there is none, and Arrow arrays of one length.
        place: from a record's position to where a person finds it in the file.
        notes: what was done to make a table of it.
    """

    columns: Sequence[tuple[str, Any]]
    place: Callable[[int], str]
    notes: tuple[str, ...] = ()


def table_of(
    content: Content, path: Path, sha256: str, state: batches.State, dialect: Dialect
) -> ParquetTable:
    """Return the content of a file as a table.

    Args:
        content: as read.
        path: the file.
        sha256: of its bytes.
        state: of the file when it was read.
        dialect: how numbers in texts are written.
    """
    # Parquet takes one name once; what has none gets one that no user can write.
    names = [name or f"\0{i}" for i, (name, _) in enumerate(content.columns)]
    arrow = pa.Table.from_arrays([array for _, array in content.columns], names=names)
    table = open_parquet(path, packed(arrow), sha256, state, dialect)
    columns = tuple("" if name[:1] == "\0" else name for name in table.columns)
    return replace(table, columns=columns, place=content.place, notes=content.notes)


def read_arrow(path: Path) -> Content:
    """Return an Arrow file, or a stream of Arrow kept in one.

    Raises:
        DataError: it is neither.
    """
    try:
        with path.open("rb") as file:
            is_file = file.read(len(_MAGIC)) == _MAGIC
            file.seek(0)
            open_arrow = pa.ipc.open_file if is_file else pa.ipc.open_stream
            table = open_arrow(file).read_all()
        table.validate(full=True)  # offsets that lead outside would end the process
    except batches.UNREADABLE as error:
        raise DataError(f"{path} is not a whole Arrow file", hint=WHOLE) from error
    columns = zip(table.column_names, table.columns, strict=True)
    return Content([*columns], row_of)


def frame_table(frame: Any) -> ParquetTable:
    """Return a data frame as a table; its rows are counted from 1 in messages.

    Args:
        frame: of pandas, or what hands over its columns as Arrow does.

    Raises:
        DataError: it has no rows, or a column that no table can hold.
    """
    try:
        content = packed(_arrow_of(frame))
    except (*batches.UNREADABLE, TypeError, ValueError) as error:
        raise DataError(
            f"the data frame cannot be read: {error}",
            hint="its columns must be plain numbers, text or dates",
        ) from error
    sha256 = hashlib.sha256(content).hexdigest()
    return open_parquet(Path("data frame"), content, sha256, None)


def is_frame(data: Any) -> bool:
    """Return whether something can be read as a data frame."""
    # Asked of the type: a lazy frame of Polars warns when its columns are asked for.
    return hasattr(data, "__arrow_c_stream__") or hasattr(type(data), "iloc")


def _arrow_of(frame: Any) -> Any:
    """Return an Arrow table of a frame."""
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "iloc"):  # of pandas, whose index is a column
        return pa.Table.from_pandas(frame)
    return pa.table(frame)


def packed(table: Any) -> Any:
    """Return an Arrow table as the content of a Parquet file.

    Raises:
        pyarrow.ArrowException: Parquet has no such type.
    """
    columns = [_storable(column) for column in table.columns]
    table = pa.Table.from_arrays(columns, names=table.column_names)
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()


def _storable(column: Any) -> Any:
    """Return a column that Parquet can hold; categories of Polars it cannot."""
    kind = column.type
    if not (pa.types.is_dictionary(kind) and str(kind.value_type) == "string_view"):
        return column
    chunks = (
        pa.DictionaryArray.from_arrays(part.indices, part.dictionary.cast(pa.string()))
        for part in column.chunks
    )
    return pa.chunked_array([part.cast(pa.string()) for part in chunks], pa.string())
