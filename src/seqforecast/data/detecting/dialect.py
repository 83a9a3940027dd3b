"""The dialect of an unknown CSV file: from its first lines."""

import csv
import re
from itertools import islice
from pathlib import Path

from seqforecast.data.sources.csv_table import unpacked
from seqforecast.data.sources.dialect import SEPARATORS, Dialect

LINES = 200
WITH_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
WITH_POINT = re.compile(r"\s*[-+]?\d+\.\d+\s*")


def detect_dialect(path: Path) -> Dialect:
    """Return the separator that makes most columns, the same number on every line.

    Decimals have commas where another separator leaves values such as 12,5 and more of
    them than of 12.5.
    """
    with unpacked(path) as file:
        head = islice(file, LINES)
        lines = [line.decode("utf-8-sig", errors="replace") for line in head]
    if len(lines) == LINES:
        lines.pop()  # of a quoted value that runs on, only a part may be here
    separator = max(SEPARATORS, key=lambda each: _columns(lines, each))
    if separator == ",":
        return Dialect()
    cells = [cell for row in csv.reader(lines[1:], delimiter=separator) for cell in row]
    commas = sum(bool(WITH_COMMA.fullmatch(cell)) for cell in cells)
    points = sum(bool(WITH_POINT.fullmatch(cell)) for cell in cells)
    return Dialect(separator, "," if commas > points else ".")


def _columns(lines: list[str], separator: str) -> int:
    """Return how many columns a separator makes; 0 where lines have several numbers."""
    counts = {len(row) for row in csv.reader(lines, delimiter=separator) if row}
    return counts.pop() if len(counts) == 1 else 0
