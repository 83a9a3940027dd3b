"""Whether a file is text in UTF-8, looked at piece by piece."""

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from seqforecast.errors import DataError

_PIECE = 1 << 20  # bytes

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "save it as CSV"),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (b"\x1f\x8b", "a gzip archive", "give it the ending .csv.gz"),
)


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What parsing a text needs to know.

    Attributes:
        quoted: whether there is a quotation mark anywhere.
        longest: bytes of the longest line, its end included.
    """

    quoted: bool
    longest: int


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
