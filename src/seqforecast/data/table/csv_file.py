"""CSV files: dialect, encoding, named columns in batches, the line of a record."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.csv

from seqforecast.data.table.batches import Piece, State, pieces, refuse_change
from seqforecast.errors import DataError

_UNFINISHED = "was it copied or written to the end?"
Column = TypeVar("Column")
_PIECE = 1 << 20  # bytes
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "save it as CSV"),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (b"\x1f\x8b", "a gzip archive", "give it the ending .csv.gz"),
)
SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written.

    Attributes:
        separator: between values.
        decimal: between units and decimals of a number.
    """

    separator: str = ","
    decimal: str = "."


PLAIN = Dialect()


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What parsing a text needs to know.

    Attributes:
        quoted: whether there is a quotation mark anywhere.
        longest: bytes of the longest line, its end included.
    """

    quoted: bool
    longest: int


@dataclass(frozen=True, slots=True, eq=False)
class CsvTable:
    """A CSV file: a header and records, in UTF-8.

    Attributes:
        state: of the file when it was opened.
        columns: names in file order; empty for a column without a name.
        header_lines: lines up to and with the header.
        facts: about the text.
        dialect: what separates values, and decimals from units.
    """

    path: Path
    sha256: str
    state: State
    columns: tuple[str, ...]
    header_lines: int
    facts: TextFacts
    dialect: Dialect

    def batches(
        self,
        names: Sequence[str],
        coded: str | None = None,  # noqa: ARG002 - texts are read as they are
    ) -> Iterator[Piece]:
        """Pass over all records, and yield the columns as written, as text.

        Args:
            names: the columns.
            coded: has no meaning here; see `ParquetTable`.

        Raises:
            DataError: a record has more or fewer values than the header; the file was
                changed since it was opened.
        """
        refuse_change(self.path, self.state)
        try:
            yield from pieces(self._stream(names), names)
        except pa.ArrowInvalid as error:
            self._refuse_ragged_records()
            raise DataError(f"{self.path} cannot be read as CSV: {error}") from error
        refuse_change(self.path, self.state)

    def bundles(self, columns: Sequence[Column]) -> list[Sequence[Column]]:
        """Return which columns are best read together: all, as lines hold all."""
        return [columns]

    def where(self, record: int) -> str:
        """Return the line a record ends on, as a person counts it."""
        line, _ = next(islice(self._records(), record, None))
        return f"line {line}"

    def _stream(self, selection: Sequence[str]) -> Iterator[Any]:
        # A nameless column needs a name of its own that no user can write.
        names = [name or f"\0{i}" for i, name in enumerate(self.columns)]
        # A record must fit into a block; quoted, it may run over several lines.
        least = 1 << 22 if self.facts.quoted else 1 << 20
        block = min(max(least, 4 * self.facts.longest), 1 << 24)
        with unpacked(self.path) as file:
            yield from pyarrow.csv.open_csv(
                file,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names,
                    skip_rows=self.header_lines,
                    block_size=block,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self.dialect.separator,
                    newlines_in_values=self.facts.quoted,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(selection, pa.string()),
                    include_columns=selection,
                ),
            )

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        yield from islice(_lines(self.path, self.dialect), 1, None)

    def _refuse_ragged_records(self) -> None:
        expected = len(self.columns)
        for line, values in self._records():
            if len(values) != expected:
                raise DataError(
                    f"{self.path} line {line} has {len(values)} values, but the header "
                    f"names {expected} columns",
                    hint="write decimals with a point, and quote text with commas; or "
                    "set data.separator and data.decimal"
                    if len(values) > expected
                    else _UNFINISHED,
                )


def open_csv(path: Path, sha256: str, state: State, dialect: Dialect) -> CsvTable:
    """Return a CSV file, unpacked if its name ends in .gz, with its column names.

    Raises:
        DataError: it is no text in UTF-8, or has no header and record.
    """
    with unpacked(path) as file:
        facts = check_text(path, file)
    try:
        first = list(islice(_lines(path, dialect), 2))
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as CSV: {error}") from error
    if not first:
        raise DataError(f"{path} holds only empty lines", hint=_UNFINISHED)
    line, names = first[0]
    for separator in SEPARATORS:
        if len(names) == 1 and separator in names[0]:
            symbol = "'\\t'" if separator == "\t" else f"'{separator}'"
            raise DataError(
                f"{path} line {line} looks separated by {symbol}, not by "
                f"{dialect.separator!r}",
                hint=f"set data.separator: {symbol.replace(chr(39), chr(34))}, and "
                'data.decimal: "," if decimals have commas',
            )
    if len(first) == 1:
        raise DataError(f"{path} has column names, but no rows", hint=_UNFINISHED)
    return CsvTable(path, sha256, state, tuple(names), line, facts, dialect)


def unpacked(path: Path) -> Any:
    """Open a file for reading, through gzip if its name ends in .gz."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")
    return path.open("rb")


def _lines(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the values of each record, the header first."""
    with io.TextIOWrapper(unpacked(path), encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=dialect.separator)
        for values in reader:
            if values:
                yield reader.line_num, values


def check_text(path: Path, file: IO[bytes]) -> TextFacts:
    """Read a file to its end, and return facts about it.

    Args:
        path: its path, for messages and for its ending.
        file: its content, unpacked.

    Raises:
        DataError: it is not a whole gzip file though its name says so, is of another
            kind, is not in UTF-8, or holds zero bytes.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, quoted, zeros, longest, length = 1, False, False, 0, 0
    for number, piece in enumerate(_pieces(path, file)):
        if number == 0:
            _refuse_other_kinds(path, piece)
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line += error.object.count(b"\n", 0, error.start)
            raise DataError(
                f"{path} line {line} is not UTF-8: "
                f"byte 0x{error.object[error.start]:02x}",
                hint="save the file again with the encoding UTF-8",
            ) from error
        ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == ord("\n")) + 1
        line += len(ends)
        lengths = np.diff(ends, prepend=-length, append=len(piece))
        length, longest = int(lengths[-1]), max(longest, int(lengths.max()))
        quoted = quoted or b'"' in piece
        zeros = zeros or b"\0" in piece
    if zeros:
        raise DataError(
            f"{path} is not CSV: it holds zero bytes", hint="save it as CSV in UTF-8"
        )
    return TextFacts(quoted, longest)


def _pieces(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content piece by piece; the last piece is empty."""
    piece = b"\0"
    while piece:
        try:
            piece = file.read(_PIECE)
        except (OSError, EOFError, zlib.error) as error:
            if path.suffix.lower() != ".gz":
                raise
            raise DataError(
                f"{path} is not a whole gzip file",
                hint="was it copied to the end? is it plain CSV? then drop the .gz",
            ) from error
        yield piece


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    for magic, kind, hint in _MAGIC:
        if head.startswith(magic):
            raise DataError(f"{path} is not CSV: it looks like {kind}", hint=hint)
