"""Folders of Parquet files, with what the names of folders say as columns."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from seqforecast.data.table.batches import Piece, state_of
from seqforecast.data.table.csv_file import Column, Dialect
from seqforecast.data.table.formats.parquet_file import ParquetTable, open_parquet
from seqforecast.data.table.kinds import PARQUET
from seqforecast.errors import DataError, name_first

_NOTHING = "__HIVE_DEFAULT_PARTITION__"
_TABLES = {
    "_delta_log/*.json": "a Delta table",
    "metadata/*.metadata.json": "an Iceberg table",
}


@dataclass(frozen=True, slots=True, eq=False)
class FolderTable:
    """Parquet files below a folder, one after another; attributes as of `CsvTable`.

    Attributes:
        parts: the files, in the order of their names, numbers in these by size.
        keys: what `key=value` in the names of folders says of each file, by key.
        starts: the position of the first record of each file, then of the end.
        rows: how many records there are.
        notes: what was made of it.
    """

    path: Path
    sha256: str
    columns: tuple[str, ...]
    dialect: Dialect
    parts: tuple[ParquetTable, ...]
    keys: dict[str, tuple[str | None, ...]]
    starts: tuple[int, ...]
    rows: int
    notes: tuple[str, ...] = ()

    def batches(
        self, names: Sequence[str], coded: str | None = None
    ) -> Iterator[Piece]:
        """Pass over all records of all files, as `ParquetTable` does over one.

        Args:
            names: the columns.
            coded: as for `ParquetTable`.

        Raises:
            DataError: a file is damaged, or was changed since it was opened.
        """
        read = [name for name in names if name not in self.keys]
        # Something must tell how many records there are.
        read = read or [name for name in self.parts[0].columns if name][:1]
        coded = coded if coded in read else None
        for number, part in enumerate(self.parts):
            for start, arrays in part.batches(read, coded):
                count = len(arrays[read[0]])
                for key in self.keys.keys() & set(names):
                    arrays[key] = _repeated(self.keys[key][number], count)
                yield self.starts[number] + start, arrays

    def bundles(self, columns: Sequence[Column]) -> list[Sequence[Column]]:
        """Return which columns are best read together."""
        return self.parts[0].bundles(columns)

    def where(self, record: int) -> str:
        """Return the row of a record, counted from 1, and its file."""
        number = bisect_right(self.starts, record) - 1
        part = self.parts[number]
        name = part.path.relative_to(self.path).as_posix()
        return f"{name} {part.where(record - self.starts[number])}"


def files_in(folder: Path) -> list[Path]:
    """Return the Parquet files below a folder, part-2 before part-10.

    What begins with a point or an underscore is none, as everywhere.

    Raises:
        DataError: there is none, or the folder is a table of another kind, in which
            files stay that no longer count.
    """
    for pattern, kind in _TABLES.items():
        if any(folder.glob(pattern)):
            raise DataError(
                f"{folder} is {kind}, in which deleted files may stay",
                hint="read it with its own library, and save it as one Parquet file",
            )
    found = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in PARQUET
        and not any(name[0] in "._" for name in path.relative_to(folder).parts)
        and path.is_file()
    ]
    if not found:
        raise DataError(
            f"{folder} is a directory",
            hint="data.path names one file, or a folder of Parquet files",
        )
    return sorted(found, key=lambda path: _natural(path.relative_to(folder)))


def open_folder(
    path: Path, dialect: Dialect, hash_of: Callable[[Path], str]
) -> FolderTable:
    """Return the files of a folder as one table.

    Args:
        path: the folder.
        dialect: how numbers in texts are written.
        hash_of: returns the SHA-256 of a file.

    Raises:
        DataError: a file is no whole Parquet file, or differs from the first in its
            columns, their kinds, or what the names of folders say.
    """
    sha256, files = hashlib.sha256(), files_in(path)
    parts: list[ParquetTable] = []
    keys: list[dict[str, str | None]] = []
    for file in files:
        digest = hash_of(file)
        name = file.relative_to(path).as_posix()
        sha256.update(f"{name}\0{digest}\n".encode())
        part = open_parquet(file, None, digest, state_of(file), dialect)
        if not part.rows and (parts or file != files[-1]):
            continue  # Spark writes such; one must stay, to be refused
        parts.append(part)
        keys.append(_keys_of(file.relative_to(path)))
        _refuse_other(path, (parts[0], keys[0]), (parts[-1], keys[-1]))
    columns = parts[0].columns
    said = [key for key in keys[0] if key not in columns]
    notes: tuple[str, ...] = (f"files read one after another: {len(parts):,}",)
    if said:
        notes = (*notes, f"columns from names of folders: {name_first(said, 10)}")
    return FolderTable(
        path=path,
        sha256=sha256.hexdigest(),
        columns=(*columns, *said),
        dialect=dialect,
        parts=tuple(parts),
        keys={key: tuple(each[key] for each in keys) for key in said},
        starts=(0, *accumulate(part.rows for part in parts)),
        rows=sum(part.rows for part in parts),
        notes=notes,
    )


def _natural(path: Path) -> list[tuple[int, str, int]]:
    """Return what sorts names with numbers in them by these, of one size by name."""
    pieces = re.findall(r"\d+|\D+", path.as_posix())
    key = [(0, "", int(p)) if p.isdecimal() else (1, p, 0) for p in pieces]
    return [*key, (2, path.as_posix(), 0)]


def _keys_of(path: Path) -> dict[str, str | None]:
    """Return what the folders on the way to a file say: store=01/year=2020/x."""
    keys: dict[str, str | None] = {}
    for name in path.parts[:-1]:
        key, equals, value = name.partition("=")
        if equals:
            keys[unquote(key)] = None if value == _NOTHING else unquote(value)
    return keys


def _refuse_other(
    folder: Path,
    first: tuple[ParquetTable, dict[str, str | None]],
    other: tuple[ParquetTable, dict[str, str | None]],
) -> None:
    """Refuse a file that is none of the same table as the first."""
    (one, its_keys), (two, keys) = first, other
    names = [part.path.relative_to(folder).as_posix() for part in (two, one)]
    absent = set(one.columns) ^ set(two.columns)
    if absent or its_keys.keys() != keys.keys():
        what = min(absent or its_keys.keys() ^ keys.keys())
        raise DataError(
            f"{folder}: {names[0]} and {names[1]} have not the same columns: only one "
            f"has {what!r}",
            hint="a folder holds one table: the same columns in every file",
        )
    kinds = dict(zip(one.columns, one.kinds, strict=True))
    for name, kind in zip(two.columns, two.kinds, strict=True):
        mine, its = _kind(kind), _kind(kinds[name])
        if mine != its and "null" not in (mine, its):
            raise DataError(
                f"{folder}: column {name!r} is not of one kind in all files: {mine} in "
                f"{names[0]}, {its} in {names[1]}",
                hint="write all files with one type a column",
            )


def _kind(kind: Any) -> str:
    """Return what an Arrow type holds, as far as reading makes a difference."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if "string" in str(kind):
        return "text"
    numbers = ("integer", "floating", "decimal")
    if any(getattr(pa.types, f"is_{name}")(kind) for name in numbers):
        return "numbers"
    return str(kind)


def _repeated(value: str | None, count: int) -> Any:
    """Return a text for each of so many records."""
    codes = pa.array(np.zeros(count, np.int32), mask=np.full(count, value is None))
    return pa.DictionaryArray.from_arrays(codes, pa.array([value or ""], pa.string()))
