"""The header of a file: names of columns, where the file has one."""

import re
from collections.abc import Sequence
from pathlib import Path

from seqforecast.errors import DataError, name_first, shorten

_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([ T]\d.*)?|"
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}( \d.*)?"
)
_NUMBER = re.compile(r"[-+]?(\d[\d.,]*|[.,]\d+)([eE][-+]?\d+)?")


_OTHER_TEXT = {
    "sep=": ("a file for Excel alone", "delete its first line, which is no header"),
    "<!doctype": ("a web page", "get the file itself: this is a page about it"),
    "<html": ("a web page", "get the file itself: this is a page about it"),
    "<?xml": ("XML", "turn it into CSV, with pandas.read_xml for one"),
    "{": ("JSON", "turn it into CSV, with pandas.read_json for one"),
    "[{": ("JSON", "turn it into CSV, with pandas.read_json for one"),
}


def refuse_other_text(path: Path, name: str) -> None:
    """Refuse a file that is no CSV, by how its first name begins.

    Raises:
        DataError: it begins like a web page, XML or JSON.
    """
    for start, (kind, hint) in _OTHER_TEXT.items():
        if name.lower().replace(" ", "").startswith(start):
            raise DataError(f"{path} is not CSV: it looks like {kind}", hint=hint)


def refuse_no_header(
    path: Path, line: str, names: Sequence[str], values: Sequence[str]
) -> None:
    """Refuse a first line that holds values where the names of columns should stand.

    It does where one is a date above a date, or where all are numbers above numbers;
    but numbers that rise by one, as 0, 1, 2, count columns, or are years: names.

    Args:
        path: the file.
        line: where the names stand, for the message.
        names: the names.
        values: those of the first record.

    Raises:
        DataError: it does.
    """
    pairs = [
        (name.strip(), value.strip())
        for name, value in zip(names, values, strict=False)
        if name.strip()
    ]
    dated = any(
        _DATE.fullmatch(name) and _DATE.fullmatch(under) for name, under in pairs
    )
    plain = [name for name, _ in pairs if _NUMBER.fullmatch(name)]
    alike = all(
        _NUMBER.fullmatch(name) and _NUMBER.fullmatch(under) for name, under in pairs
    )
    if not dated and not (pairs and alike and not _is_counting(plain)):
        return
    shown = name_first([shorten(name) for name, _ in pairs], 3)
    raise DataError(
        f"{path} has no header: {line} holds {shown} where names of columns belong",
        hint="write a line of names above it, such as ds,y",
    )


def _is_counting(names: Sequence[str]) -> bool:
    """Return whether numbers rise by one."""
    if not all(name.isdecimal() for name in names):
        return False
    numbers = [int(name) for name in names]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def nameless(columns: Sequence[str]) -> str:
    """Return what to do about columns without a name; empty where all have one."""
    places = [str(i + 1) for i, name in enumerate(columns) if not name]
    if not places:
        return ""
    which = (
        f"column {places[0]} has"
        if len(places) == 1
        else (f"columns {name_first(places)} have")
    )
    return f"{which} no name: write one into the header, such as ds"
