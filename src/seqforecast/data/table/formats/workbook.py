"""Workbooks of Excel and LibreOffice: one sheet as a table."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from seqforecast.data.table.csv_file import RATIO, UNPACKED
from seqforecast.data.table.formats.in_memory import Content
from seqforecast.data.table.header import refuse_no_header
from seqforecast.errors import DataError, did_you_mean, name_first, shorten

_MICROSECONDS = pa.timestamp("us")
Row = Sequence[Any]


def read_workbook(path: Path, sheet: str | None) -> Content:
    """Return a sheet whose first row has the names of columns.

    Without a name it is the first visible one that holds anything. Empty rows and
    columns are left out; a cell is what the workbook shows of it last: formulas are
    not computed.

    Args:
        path: the workbook.
        sheet: its name, or None.

    Raises:
        DataError: python-calamine is not installed, the file is no workbook, has no
            such sheet, or its sheet no header and record.
    """
    sheet, rows, notes = _cells(path, sheet)
    numbered = [(i + 1, row) for i, row in enumerate(rows) if any(c != "" for c in row)]
    place = f"{path} sheet {sheet!r}"
    if len(numbered) < 2:
        raise DataError(
            f"{place} has {'names of columns' if numbered else 'nothing'}, but no rows",
            hint="name another sheet with data.sheet",
        )
    (line, header), records = numbered[0], numbered[1:]
    names = [_text(cell) or "" for cell in header]
    _refuse_title(place, line, header, records[0])
    first = [_text(cell) or "" for cell in records[0][1]]
    refuse_no_header(Path(place), f"row {line}", names, first)
    columns = []
    for i, name in enumerate(names):
        cells = [row[i] for _, row in records]
        if name or any(cell != "" for cell in cells):
            columns.append((name, _column(cells)))
    lines = [line for line, _ in records]
    return Content(columns, lambda record: f"row {lines[record]}", notes)


def _cells(path: Path, sheet: str | None) -> tuple[str, list[Row], tuple[str, ...]]:
    """Return the name of a sheet, its rows from the first one on, and notes."""
    try:
        import python_calamine
    except ImportError as error:
        raise DataError(
            f"{path} is a workbook, and what reads it is not installed: {error}",
            hint="pip install 'seqforecast[excel]'; or save the sheet as CSV",
        ) from error
    _refuse_to_unpack(path)
    notes: tuple[str, ...] = ()
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        if sheet is None:
            sheet, others = _first_sheet(path, book)
            if others:
                more = f"data.sheet takes another: {name_first(others)}"
                notes = (f"sheet {sheet!r} was read, the first with data; {more}",)
        elif sheet not in book.sheet_names:
            raise DataError(
                f"{path} has no sheet {sheet!r} (data.sheet)",
                hint=did_you_mean(sheet, book.sheet_names),
            )
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except python_calamine.CalamineError as error:
        raise DataError(
            f"{path} is no workbook that can be read: {error}",
            hint="was it copied to the end? has it a password? save the sheet as CSV",
        ) from error
    return sheet, rows, notes


def _refuse_to_unpack(path: Path) -> None:
    """Refuse an archive that says itself that it unpacks to too much.

    Raises:
        DataError: it does, by the rule for gzip.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return  # of the old kind, or damaged: it is told by what reads it
    if size > UNPACKED and size > RATIO * path.stat().st_size:
        raise DataError(
            f"{path} unpacks to {size:,} bytes, over {RATIO} times what it has packed",
            hint="if that is meant, save the sheet as CSV",
        )


def _first_sheet(path: Path, book: Any) -> tuple[str, list[str]]:
    """Return the first visible sheet with data, and the names of further ones."""
    filled = [
        sheet.name
        for sheet in book.sheets_metadata
        if str(sheet.visible).endswith("Visible")
        and str(sheet.typ).endswith("WorkSheet")
        and book.get_sheet_by_name(sheet.name).start is not None
    ]
    if not filled:
        raise DataError(
            f"{path} has no visible sheet that holds anything",
            hint=f"its sheets are {name_first(book.sheet_names)}",
        )
    return filled[0], filled[1:]


def _refuse_title(place: str, line: int, header: Row, record: tuple[int, Row]) -> None:
    """Refuse a first row with fewer names than the next one has values."""
    named = sum(cell != "" for cell in header)
    below, row = record
    values = sum(cell != "" for cell in row)
    is_title = named == 1 and header[0] != ""  # an index has no name, at the left
    if named < values - (0 if is_title else 1):
        first = next(cell for cell in header if cell != "")
        raise DataError(
            f"{place} row {line} has fewer names of columns than row {below} has "
            f"values, {named} and {values}: it begins with {shorten(first)}",
            hint="delete rows above the names of columns, such as a title",
        )


def _text(cell: Any) -> str | None:
    """Return what a cell shows, None where it is empty."""
    if cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _column(cells: Sequence[Any]) -> Any:
    """Return cells as an Arrow array: numbers, time stamps, flags, else texts."""
    present = [cell for cell in cells if cell != ""]
    values = [None if cell == "" else cell for cell in cells]
    if present and all(isinstance(cell, bool) for cell in present):
        return pa.array(values, pa.bool_())
    numbers = [isinstance(c, int | float) and not isinstance(c, bool) for c in present]
    if present and all(numbers):
        whole = all(float(cell).is_integer() and abs(cell) < 2**53 for cell in present)
        if whole:
            return pa.array([None if v is None else int(v) for v in values], pa.int64())
        return pa.array(values, pa.float64())
    if present and all(isinstance(cell, date) for cell in present):
        return pa.array([_stamp(value) for value in values], _MICROSECONDS)
    return pa.array([_text(cell) for cell in cells], pa.string())


def _stamp(value: Any) -> datetime | None:
    """Return a date as the midnight at which it begins."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)
