"""Which column of an unknown table holds the times."""

import re

import pandas as pd

from seqforecast.errors import DataError

SOME = 1000  # texts looked at
TIMES = re.compile(
    r"ds|date|dates|time|times|timestamp|datetime|day|week|month|quarter|year|period|"
    r"step|t|datum|fecha|zeit|tag|monat|jahr",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\s*\d{1,4}[-./ ]\w{1,9}[-./ ]\d{1,4}.*|\s*\d{4}[-/.]?\d{2}\s*|\s*\w{3} \d{4}\s*"
)


def find_time(frame: pd.DataFrame, place: str) -> str:
    """Return the column of dates, or else of whole numbers that count steps.

    Args:
        frame: the first rows of the table.
        place: its name, for messages.

    Raises:
        DataError: there is none; where one comes near, its first text that is no date
            is named.
    """
    dated = [name for name in frame.columns if _is_dated(frame[name])]
    counted = [
        name
        for name in frame.columns
        if pd.api.types.is_integer_dtype(frame[name]) and TIMES.fullmatch(name)
    ]
    for found in (dated, counted):
        known = [name for name in found if TIMES.fullmatch(name)]
        if found:
            return str((known or found)[0])
    for name in frame.columns:
        odd = _first_odd(frame[name], is_known=bool(TIMES.fullmatch(name)))
        if odd is not None:
            raise DataError(
                f"{place}: column {name!r} holds {odd}, which is no date, and no other "
                "column holds times",
                hint="write dates as 2020-01-31 or 2020-01-31 13:00, or number the "
                "steps; a file ends with its last observation",
            )
    raise DataError(
        f"{place} has no column of dates, nor one of whole numbers that is called ds, "
        f"time, step or alike; it has {', '.join(map(str, frame.columns[:10]))}",
        hint="add a column ds that counts the steps: 0, 1, 2, ...",
    )


def _is_dated(column: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    texts = _texts(column)
    return len(texts) > 0 and bool(texts.map(_is_date).all())


def _first_odd(column: pd.Series, *, is_known: bool) -> str | None:
    """Show the first text that is no date, where most are or the name says so."""
    texts = _texts(column)
    fits = texts.map(_is_date).astype(bool)
    if fits.all() or not (is_known or fits.mean() > 0.5):
        return None
    odd = texts[~fits]
    return f"{odd.iloc[0]!r} (row {int(odd.index[0]) + 1})"


def _texts(column: pd.Series) -> pd.Series:
    """Return the first texts of a column; none of numbers."""
    if pd.api.types.is_numeric_dtype(column):
        return pd.Series([], dtype=object)
    texts = column.dropna().map(str)
    return texts[texts != ""].head(SOME)


def _is_date(text: str) -> bool:
    return bool(DATE.fullmatch(text))
