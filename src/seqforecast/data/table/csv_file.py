"""CSV files: dialect, encoding, named columns in batches, the line of a record."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.csv

from seqforecast.data.panel import IntArray
from seqforecast.data.table.batches import (
    Piece,
    State,
    naming,
    pieces,
    refuse_change,
)
from seqforecast.data.table.header import refuse_no_header, refuse_other_text
from seqforecast.errors import DataError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_UNFINISHED = "was it copied or written to the end?"
_QUOTES = "is a quotation mark left open? a record may have a gigabyte"
Column = TypeVar("Column")
_PIECE = 1 << 20  # bytes
LONGEST = 1 << 30  # bytes of a record: what Arrow numbers with 32 bits, and some room

# What is packed tightest in earnest, tables of zeros, comes to a hundredth.
UNPACKED = 1 << 30  # bytes from which on a gzip file must not have given
RATIO = 200  # times what was read of it
_WORKBOOK = "give a workbook the ending .xlsx; unpack an archive"
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", _WORKBOOK),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "give it the ending .xls"),
    (b"ARROW1", "an Arrow file", "give it the ending .arrow"),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (b"\x1f\x8b", "a gzip archive", "give it the ending .csv.gz"),
)
_LF, _CR = b"\n\r"
SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written.

    Attributes:
        separator: between values.
        decimal: between units and decimals of a number.
        thousands: between groups of three digits; "none"; or "auto" where nobody said,
            and numbers that could have it are refused.
    """

    separator: str = ","
    decimal: str = "."
    thousands: str = "auto"


PLAIN = Dialect()


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What parsing a text needs to know.

    Attributes:
        quoted: whether there is a quotation mark anywhere.
        longest: bytes of the longest line, its end included.
        size: bytes of it all.
    """

    quoted: bool
    longest: int
    size: int


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
    notes: tuple[str, ...] = ()

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
        with naming(self.path, "cannot be read as CSV", _QUOTES):
            yield from pieces(self._stream(names), names)
        refuse_change(self.path, self.state)

    def bundles(self, columns: Sequence[Column]) -> list[Sequence[Column]]:
        """Return which columns are best read together: all, as lines hold all."""
        return [columns]

    def where(self, record: int) -> str:
        """Return the line a record ends on, as a person counts it."""
        for line, _ in islice(self._records(), record, None):
            return f"line {line}"
        return f"record {record + 1}"  # Arrow and Python take lone quotes differently

    def _stream(self, selection: Sequence[str]) -> Iterator[Any]:
        """Yield record batches, each record once.

        A record must fit into a block. Quoted, it may run over several lines, which is
        seen only when it does not fit: then all is read again in larger blocks.
        """
        least = 1 << 22 if self.facts.quoted else 1 << 20
        # Of a wide file some hundred lines: a block costs a little for each column.
        block = min(max(least, 256 * self.facts.longest), 1 << 24)
        block = min(max(block, self.facts.longest), LONGEST)
        done = 0
        while True:
            seen = 0
            try:
                for batch in self._blocks(selection, block):
                    new = batch.slice(max(done - seen, 0))
                    seen += batch.num_rows
                    if new.num_rows:
                        done = seen
                        yield new
            except pa.ArrowException:
                self._refuse_ragged_records()
                if block >= min(LONGEST, self.facts.size):
                    raise
                block = min(8 * block, LONGEST)
            else:
                return

    def _blocks(self, selection: Sequence[str], block: int) -> Iterator[Any]:
        # A nameless column needs a name of its own that no user can write.
        names = [name or f"\0{i}" for i, name in enumerate(self.columns)]
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
        expected, before = len(self.columns), self.header_lines
        for line, values in self._records():
            if len(values) != expected:
                hint = _UNFINISHED
                if expected == 1 and before == self.header_lines:
                    hint = "delete what stands above the names of columns, such as a "
                    hint += "title"
                elif len(values) > expected:
                    hint = "write decimals with a point, and quote text with commas; "
                    hint += "or set data.separator and data.decimal"
                elif any("\n" in value or "\r" in value for value in values):
                    hint = f"is a quotation mark left open after line {before}?"
                raise DataError(
                    f"{self.path} line {line} has {len(values)} values, but the header "
                    f"names {expected} columns",
                    hint=hint,
                )
            before = line


def open_csv(path: Path, sha256: str, state: State, dialect: Dialect) -> CsvTable:
    """Return a CSV file, unpacked if its name ends in .gz, with its column names.

    Raises:
        DataError: it is no text in UTF-8, or has no header and record.
    """
    facts = check_text(path)
    first = list(islice(_lines(path, dialect), 2))
    if not first:
        raise DataError(f"{path} holds only empty lines", hint=_UNFINISHED)
    line, names = first[0]
    refuse_other_text(path, names[0])
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
    refuse_no_header(path, f"line {line}", names, first[1][1])
    return CsvTable(path, sha256, state, tuple(names), line, facts, dialect)


def unpacked(path: Path) -> IO[bytes]:
    """Open a file for reading, through gzip if its name ends in .gz."""
    if path.suffix.lower() == ".gz":
        return io.BufferedReader(_Unpacking(path), _PIECE)
    return path.open("rb")


class _Unpacking(io.RawIOBase):
    """Unpacks a gzip file, of one member or several, within limits.

    What is wrong with it is a `DataError`, whoever reads: Python, Arrow or pandas.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._taken = path, 0
        self._packed = path.open("rb")
        self._file = gzip.GzipFile(fileobj=self._packed)

    def readable(self) -> bool:
        """Say that it is for reading."""
        return True

    def close(self) -> None:
        """Close the file too."""
        self._file.close()
        self._packed.close()
        super().close()

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Unpack what fits into a buffer; 0 bytes at the end.

        Raises:
            DataError: it is no gzip file, not a whole one, or unpacks to too much.
        """
        try:
            count = self._file.readinto(buffer)
        except EOFError as error:
            raise DataError(
                f"{self._path} is cut short: its gzip data have no end",
                hint="was it copied or written to the end?",
            ) from error
        except (OSError, zlib.error) as error:
            raise DataError(
                f"{self._path} is not a whole gzip file",
                hint="was it copied to the end? is it plain CSV? then drop the .gz",
            ) from error
        self._taken += count
        if self._taken > UNPACKED and self._taken > RATIO * self._packed.tell():
            raise DataError(
                f"{self._path} unpacks to {self._taken:,} bytes and more, over {RATIO} "
                f"times the {self._packed.tell():,} that they take packed",
                hint="if that is meant, unpack it with gunzip and name the .csv",
            )
        return count


def rows_of(lines: Iterable[str], separator: str) -> Any:
    """Return Python's reader of CSV, for values of any length."""
    csv.field_size_limit(LONGEST)
    return csv.reader(lines, delimiter=separator)


def _lines(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the values of each record, the header first."""
    with io.TextIOWrapper(unpacked(path), encoding="utf-8-sig", newline="") as text:
        reader = rows_of(text, dialect.separator)
        try:
            for values in reader:
                if values:
                    yield reader.line_num, values
        except csv.Error as error:
            raise DataError(
                f"{path} line {reader.line_num} is no line of CSV: {error}",
                hint=_QUOTES,
            ) from error


def check_text(path: Path) -> TextFacts:
    """Read a file to its end, and return facts about it.

    Lines end as Python counts them: with LF, with CR LF, or with CR alone.

    Raises:
        DataError: it is not a whole gzip file though its name says so, is of another
            kind, is not in UTF-8, or holds zero bytes.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, quoted, longest, length, size = 1, False, 0, 0, 0
    was_cr = False
    for piece in _pieces(path):
        if not size:
            _refuse_other_kinds(path, piece)
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            # Before it may stand the beginning of a letter, from the piece before.
            begin = max(error.start - len(error.object) + len(piece), 0)
            line += len(_ends(piece[:begin], was_cr=was_cr))
            raise DataError(
                f"{path} line {line} is not UTF-8: "
                f"byte 0x{error.object[error.start]:02x}",
                hint="save the file again with the encoding UTF-8",
            ) from error
        if b"\0" in piece:
            before = piece[: piece.index(b"\0")]
            line += len(_ends(before, was_cr=was_cr))
            raise DataError(
                f"{path} line {line} is no line of CSV: it holds a zero byte",
                hint="save it as CSV in UTF-8",
            )
        ends = _ends(piece, was_cr=was_cr)
        line += len(ends)
        lengths = np.diff(ends, prepend=-length, append=len(piece))
        length, longest = int(lengths[-1]), max(longest, int(lengths.max()))
        quoted = quoted or b'"' in piece
        size, was_cr = size + len(piece), piece.endswith(b"\r")
    return TextFacts(quoted, longest, size)


def _ends(piece: bytes, *, was_cr: bool) -> IntArray:
    """Return where lines of a piece end; the LF of a CR LF ends none of its own.

    Args:
        piece: some bytes.
        was_cr: whether the byte before them is a CR.
    """
    # Nearly all files have no CR, and looking for one byte is quicker than for two.
    letters = np.frombuffer(piece, np.uint8)
    if not was_cr and b"\r" not in piece:
        return np.flatnonzero(letters == _LF) + 1
    crs = letters == _CR
    after_cr = np.concatenate([[was_cr], crs[:-1]])[: len(letters)]
    return np.flatnonzero(crs | ((letters == _LF) & ~after_cr)) + 1


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield the content, unpacked, piece by piece; the last piece is empty."""
    with unpacked(path) as file:
        piece = b"\0"
        while piece:
            piece = file.read(_PIECE)
            yield piece


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    for magic, kind, hint in _MAGIC:
        if head.startswith(magic):
            raise DataError(f"{path} is not CSV: it looks like {kind}", hint=hint)
