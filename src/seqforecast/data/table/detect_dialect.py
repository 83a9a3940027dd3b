"""The dialect of an unknown CSV file, told from its first lines."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from seqforecast.data.table.csv_file import (
    SEPARATORS,
    Dialect,
    check_text,
    rows_of,
    unpacked,
)
from seqforecast.data.table.kinds import is_text_file
from seqforecast.data.table.number_text import GROUPING, MISSING, both_ways
from seqforecast.errors import DataError, shorten

LINES = 200
LETTERS = 1 << 22  # of these lines together
COLUMNS = 500
FEW = 3  # whole numbers below 1000 without a sign, beside those with one
BLANKS = {sign: frozenset(GROUPING[sign]) for sign in (" ", "'")}
OTHER = {",": ".", ".": ","}

_NUMBER = re.compile(r"[-+]?(?:\d[\d.,]*|[.,]\d+)")
_SMALL, _LARGE = re.compile(r"[-+]?[1-9]\d{0,2}"), re.compile(r"[-+]?\d{4,}")
_ONE_GROUP = {s: re.compile(rf"[-+]?[1-9]\d{{0,2}}\{s}\d{{3}}") for s in OTHER}
_GROUPED = {
    s: re.compile(
        rf"[-+]?[1-9]\d{{0,2}}(?:\{s}\d{{3}})+(?:(?<=\{s}\d{{3}}\{s}\d{{3}})|\{o}\d+)"
    )
    for s, o in OTHER.items()
}
_PARTED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:[.,]\d*)?")


def detect_dialect(
    path: Path,
    separator: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
) -> Dialect:
    """Return how a CSV file is written, as far as its first lines leave no doubt.

    The separator is the one that makes most columns, the same number on every line.
    Where each leaves unequal lines, it is the one that the first line has most of.
    Decimals have commas where another separator leaves values such as 12,5 and more of
    them than of 12.5. See `_Evidence` for thousands.

    Args:
        path: the file, whose kind is known.
        separator: between values, where the user said; so for the others.
        decimal: before decimals.
        thousands: between thousands, or "none".

    Raises:
        DataError: the file is no text, or numbers of it can be read in two ways, as
            4,800 can.
    """
    if not is_text_file(path):
        return Dialect(separator or ",", decimal or ".", thousands or "auto")
    check_text(path)  # so that it is text, and has an end
    lines = _first_lines(path)
    separator = separator or max(
        SEPARATORS,
        key=lambda sign: (_columns(lines, sign), "".join(lines[:1]).count(sign)),
    )
    evidence = _Evidence(lines, separator)
    if thousands in OTHER:
        return Dialect(separator, decimal or OTHER[thousands], thousands)
    found = thousands or evidence.thousands(decimal)
    sign = decimal or OTHER.get(found or "") or evidence.decimal()
    if found is None:
        found = evidence.settle(path, sign, is_told=decimal is not None)
    return Dialect(separator, sign, found)


def _first_lines(path: Path) -> list[str]:
    lines, letters = [], 0
    with io.TextIOWrapper(unpacked(path), encoding="utf-8-sig", newline="") as text:
        for line in islice(text, LINES):
            lines.append(line)
            letters += len(line)
            if letters > LETTERS:
                break
    if len(lines) == LINES or (letters > LETTERS and len(lines) > 1):
        lines.pop()  # of a quoted value that runs on, only a part may be here
    return lines


def _columns(lines: list[str], separator: str) -> int:
    """Return how many columns a separator makes; 0 if one, or not always as many."""
    counts = {len(row) for row in rows_of(lines, separator) if row}
    return counts.pop() if len(counts) == 1 and counts != {1} else 0


@dataclass(slots=True)
class _Sign:
    """What the columns of a file say of a comma or a point in numbers.

    Attributes:
        count: numbers that have it.
        is_decimal: whether some column leaves no doubt that it stands before decimals.
        is_grouping: whether some column leaves no doubt that it parts thousands.
        doubt: line, column and text of the first number of a column in doubt.
    """

    count: int = 0
    is_decimal: bool = False
    is_grouping: bool = False
    doubt: tuple[int, str, str] | None = None


class _Evidence:
    """What the numbers in a file's first lines say of signs within numbers.

    A comma parts thousands without doubt where a number has two (1,234,567) or a point
    behind it (4,800.5); where, in one column, all have three digits behind one comma
    and whole numbers below 1000 have none; where points stand before decimals in
    other columns; and, three digits behind each, where commas stand between values,
    too. So for points, but in files with commas between values they stand before
    decimals. Blanks and apostrophes part thousands where all digits stand in threes.

    Args:
        lines: the first lines, the header among them.
        separator: between values.
    """

    def __init__(self, lines: list[str], separator: str) -> None:
        self._separator = separator
        self._signs = {sign: _Sign() for sign in OTHER}
        self._blank: str | None = None
        reader = rows_of(lines, separator)
        rows = [(reader.line_num, row) for row in reader if row]
        places = [line for line, _ in rows[1:]]
        names = rows[0][1] if rows else []
        # Columns are written alike: of thousands some, evenly spaced, are enough.
        step = max(1, len(names) // COLUMNS)
        columns = zip_longest(*(row[::step] for _, row in rows[1:]), fillvalue="")
        for name, cells in zip(names[::step], columns, strict=False):
            self._look(name, places, [cell.strip() for cell in cells])

    def thousands(self, decimal: str | None) -> str | None:
        """Return what parts thousands without doubt, if anything does.

        Args:
            decimal: what stands before decimals, where the user said.
        """
        if self._blank is not None:
            return self._blank
        for sign, other in OTHER.items():
            mine, theirs = self._signs[sign], self._signs[other]
            if mine.is_decimal or decimal == sign:
                continue
            known = theirs.is_decimal or decimal == other or sign == self._separator
            if mine.is_grouping or (mine.doubt is not None and known):
                return sign
        return None

    def decimal(self) -> str:
        """Return what stands before decimals: the sign that more numbers have."""
        commas, points = self._signs[","], self._signs["."]
        has_commas = self._separator != "," and commas.count > points.count
        return "," if has_commas else "."

    def settle(self, path: Path, decimal: str, *, is_told: bool) -> str:
        """Return "none" where numbers look as if parted, but are not; else "auto".

        Raises:
            DataError: nothing tells whether they are.
        """
        sign = self._signs[decimal]
        if sign.doubt is None or (decimal == "." and self._separator == ","):
            return "auto"
        if sign.is_decimal or is_told:
            return "none"
        line, name, text = sign.doubt
        raise DataError(
            f"{path} line {line}: column {name!r} holds {shorten(text)}, which may be "
            "thousands or decimals, as all such numbers here have three digits behind",
            hint=both_ways(text),
        )

    def _look(self, name: str, places: list[int], cells: list[str]) -> None:
        """Take in one column, if most of its cells are numbers."""
        present = [cell for cell in cells if cell not in MISSING]
        bare = self._without_blanks(present)
        numbers = [cell for cell in bare if _is_number(cell)]
        if not numbers or 2 * len(numbers) <= len(present):
            return
        small = sum(bool(_SMALL.fullmatch(cell)) for cell in numbers)
        is_mixed = small >= FEW and not any(map(_LARGE.fullmatch, numbers))
        for sign, evidence in self._signs.items():
            signed = [cell for cell in numbers if sign in cell]
            grouped = _count(_GROUPED[sign].fullmatch(cell) for cell in signed)
            in_doubt = [cell for cell in signed if _ONE_GROUP[sign].fullmatch(cell)]
            of_other = _count(_GROUPED[OTHER[sign]].fullmatch(cell) for cell in signed)
            rest = len(signed) - grouped - len(in_doubt)
            evidence.count += len(signed)
            if rest or of_other:
                evidence.is_decimal = True
            elif grouped or (in_doubt and is_mixed):
                evidence.is_grouping = True
            elif in_doubt and evidence.doubt is None:
                i = cells.index(in_doubt[0])
                evidence.doubt = (places[i], name, in_doubt[0])

    def _without_blanks(self, cells: list[str]) -> list[str]:
        """Return cells without what parts their thousands beside commas and points."""
        for sign, blanks in BLANKS.items():
            parted = {cell for cell in cells if blanks & set(cell)}
            alike = {cell: re.sub(f"[{GROUPING[sign]}]", " ", cell) for cell in parted}
            if parted and all(map(_PARTED.fullmatch, alike.values())):
                self._blank = sign
                return [alike.get(cell, cell).replace(" ", "") for cell in cells]
        return cells


def _is_number(cell: str) -> bool:
    """Return whether a cell may be a number; 31.12.2020 is none, 1.234.567 is one."""
    if not _NUMBER.fullmatch(cell):
        return False
    several = any(cell.count(sign) > 1 for sign in OTHER)
    return not several or any(_GROUPED[sign].fullmatch(cell) for sign in OTHER)


def _count(matches: Iterable[object]) -> int:
    return sum(match is not None for match in matches)
