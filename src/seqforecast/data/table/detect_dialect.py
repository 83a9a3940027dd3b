"""The dialect of an unknown CSV file, told from its first lines."""

import io
import re
from itertools import islice
from pathlib import Path

from seqforecast.data.table.csv_file import (
    SEPARATORS,
    Dialect,
    check_text,
    rows_of,
    unpacked,
)

LINES = 200
LETTERS = 1 << 22  # of these lines together
WITH_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
WITH_POINT = re.compile(r"\s*[-+]?\d+\.\d+\s*")


def detect_dialect(path: Path) -> Dialect:
    """Return the separator that makes most columns, the same number on every line.

    Where each leaves unequal lines, it is the one that the first line has most of.
    Decimals have commas where another separator leaves values such as 12,5 and more of
    them than of 12.5.

    Raises:
        DataError: the file is no text.
    """
    check_text(path)  # so that it is text, and has an end
    lines, letters = [], 0
    with io.TextIOWrapper(unpacked(path), encoding="utf-8-sig", newline="") as text:
        for line in islice(text, LINES):
            lines.append(line)
            letters += len(line)
            if letters > LETTERS:
                break
    if len(lines) == LINES or (letters > LETTERS and len(lines) > 1):
        lines.pop()  # of a quoted value that runs on, only a part may be here
    separator = max(
        SEPARATORS,
        key=lambda sign: (_columns(lines, sign), "".join(lines[:1]).count(sign)),
    )
    if separator == ",":
        return Dialect()
    cells = [cell for row in rows_of(lines[1:], separator) for cell in row]
    commas = sum(bool(WITH_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(WITH_POINT.fullmatch(cell)) for cell in cells)
    return Dialect(separator, "," if commas > points else ".")


def _columns(lines: list[str], separator: str) -> int:
    """Return how many columns a separator makes; 0 if one, or not always as many."""
    counts = {len(row) for row in rows_of(lines, separator) if row}
    return counts.pop() if len(counts) == 1 and counts != {1} else 0
