"""CSV files: bytes to named columns, and the line of each record."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from seqforecast.errors import DataError

MISSING = (
    *("", "NA", "N/A", "n/a", "na", "<NA>", "#N/A", "#NA", "#N/A N/A"),
    *("NaN", "nan", "NAN", "-NaN", "-nan", "NULL", "Null", "null", "None", "none"),
)
"""Spellings of a missing value in a column of numbers."""

_UNFINISHED = "was it copied or written to the end?"

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "save it as CSV"),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (b"\x1f\x8b", "a gzip archive", "give it the ending .csv.gz"),
)


@dataclass(frozen=True, slots=True, eq=False)
class CsvTable:
    """A CSV file: a header and records, in UTF-8, separated by commas.

    Attributes:
        columns: names in file order; empty for a column without a name.
        header_lines: lines up to and with the header.
    """

    path: Path
    content: bytes
    sha256: str
    columns: tuple[str, ...]
    header_lines: int

    def read(self, text: Sequence[str], numbers: Sequence[str]) -> dict[str, Any]:
        """Return Arrow arrays by column name, one entry a record.

        `text` comes as written. `numbers` come as float64 with nulls where a
        value is missing, or all as written when one of them is not a number.

        Raises:
            DataError: a record has more or fewer values than the header.
        """
        types = dict.fromkeys(text, pa.string())
        try:
            return self._parse(types | dict.fromkeys(numbers, pa.float64()))
        except pa.ArrowInvalid:
            self._refuse_ragged_records()
        try:
            return self._parse(types | dict.fromkeys(numbers, pa.string()))
        except pa.ArrowInvalid as error:
            raise DataError(f"{self.path} cannot be read as CSV: {error}") from error

    def where(self, record: int) -> str:
        """Return the line a record ends on, as a person counts it."""
        line, _ = next(islice(self._records(), record, None))
        return f"line {line}"

    def _parse(self, types: dict[str, Any]) -> dict[str, Any]:
        # A nameless column needs a name of its own that no user can write.
        names = [name or f"\0{i}" for i, name in enumerate(self.columns)]
        table = pyarrow.csv.read_csv(
            pa.BufferReader(self.content),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, skip_rows=self.header_lines, block_size=1 << 24
            ),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=b'"' in self.content
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=types, include_columns=list(types), null_values=MISSING
            ),
        )
        return {name: table.column(name).combine_chunks() for name in types}

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        yield from islice(_lines(self.content), 1, None)

    def _refuse_ragged_records(self) -> None:
        expected = len(self.columns)
        for line, values in self._records():
            if len(values) != expected:
                raise DataError(
                    f"{self.path} line {line} has {len(values)} values, but the header "
                    f"names {expected} columns",
                    hint="write decimals with a point, and quote text with commas"
                    if len(values) > expected
                    else _UNFINISHED,
                )


def open_csv(path: Path, raw: bytes, sha256: str) -> CsvTable:
    """Return a CSV file, unpacked if its name ends in .gz, with its column names.

    Raises:
        DataError: it is no text in UTF-8, or has no header and record.
    """
    if path.suffix.lower() == ".gz":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(
                f"{path} is not a whole gzip file",
                hint="was it copied to the end? is it plain CSV? then drop the .gz",
            ) from error
    _refuse_other_than_text(path, raw)
    content = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        first = list(islice(_lines(content), 2))
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as CSV: {error}") from error
    if not first:
        raise DataError(f"{path} holds only empty lines", hint=_UNFINISHED)
    line, names = first[0]
    for separator in ";\t|":
        if len(names) == 1 and separator in names[0]:
            raise DataError(
                f"{path} line {line} looks separated by {separator!r}, not by commas",
                hint="save it separated by commas, with points in decimal numbers",
            )
    if len(first) == 1:
        raise DataError(f"{path} has column names, but no rows", hint=_UNFINISHED)
    return CsvTable(path, content, sha256, tuple(names), line)


def _refuse_other_than_text(path: Path, raw: bytes) -> None:
    for magic, kind, hint in _MAGIC:
        if raw.startswith(magic):
            raise DataError(f"{path} is not CSV: it looks like {kind}", hint=hint)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path} line {line} is not UTF-8: byte 0x{raw[error.start]:02x}",
            hint="save the file again with the encoding UTF-8",
        ) from error
    if b"\0" in raw:
        raise DataError(
            f"{path} is not CSV: it holds zero bytes", hint="save it as CSV in UTF-8"
        )


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the values of each record, the header first."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    reader = csv.reader(text)
    for values in reader:
        if values:
            yield reader.line_num, values
