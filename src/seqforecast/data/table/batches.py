"""Batches: the records of a file in pieces small enough to hold."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pandas.errors import OutOfBoundsDatetime, OutOfBoundsTimedelta

from seqforecast.errors import DataError

ROWS = 1 << 17
"""Records in one piece; of many columns fewer, so that a piece stays as small."""

Piece = tuple[int, dict[str, Any]]
"""The position of its first record in the file, and Arrow arrays by column name."""

State = tuple[int, int]
"""Size of a file in bytes, and when it was last changed, in nanoseconds."""

UNREADABLE = (
    *(pa.ArrowException, OSError, EOFError, zlib.error, UnicodeError),
    *(OverflowError, MemoryError, OutOfBoundsDatetime, OutOfBoundsTimedelta),
)
"""What libraries raise where bytes or values are not what a file promises."""


@contextmanager
def naming(path: Path, what: str, hint: str = "") -> Iterator[None]:
    """Say of which file it is that a library could not read the content.

    Raises:
        DataError: the library failed; `what` is said of the file.
    """
    try:
        yield
    except UNREADABLE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} {what}: {reason}", hint=hint) from error


def state_of(path: Path) -> State:
    """Return what tells whether a file was changed between two passes."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def refuse_change(path: Path, state: State | None) -> None:
    """Refuse a file that is no longer as it was when it was opened.

    Raises:
        DataError: it was written to. None, what lies in memory, does not change.
    """
    if state is not None and state_of(path) != state:
        raise DataError(
            f"{path} was changed while it was read",
            hint="wait until it is written, and start again",
        )


def pieces(batches: Iterable[Any], names: Sequence[str]) -> Iterator[Piece]:
    """Cut Arrow's record batches to at most `ROWS` records, and number them."""
    start = 0
    for batch in batches:
        for begin in range(0, batch.num_rows, ROWS):
            piece = batch.slice(begin, ROWS)
            # By number: looking a name up goes through all columns.
            arrays = dict(zip(piece.schema.names, piece.columns, strict=True))
            yield start, {name: arrays[name] for name in names}
            start += piece.num_rows


def mask_of(answers: Any) -> npt.NDArray[np.bool_]:
    """Return answers of Arrow as a mask; what is not known is false."""
    known = pc.fill_null(answers, fill_value=False)
    return np.asarray(known.to_numpy(zero_copy_only=False), np.bool_)
