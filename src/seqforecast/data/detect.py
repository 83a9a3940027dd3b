"""What an unknown table holds: dialect, types, time column, series, values."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from seqforecast.data.table.csv_file import CsvTable, unpacked
from seqforecast.data.table.open_file import ParquetTable, Table
from seqforecast.data.table.timestamps import as_text, is_text, plain
from seqforecast.errors import DataError, shorten

IDS = re.compile(
    r"(unique|series|item|store|product|sku|sensor|meter|site|location|customer)?"
    r"[_ ]?(id|name|no|nr)|series|item|store|product|sku|sensor|meter|key",
    re.IGNORECASE,
)
VALUES = re.compile(
    r"y|value|values|target|sales|demand|count|quantity|units|load|price|wert|menge",
    re.IGNORECASE,
)
SOME = 1000  # texts looked at
TIMES = re.compile(
    r"ds|date|dates|time|times|timestamp|datetime|day|week|month|quarter|year|period|"
    r"step|t|datum|fecha|zeit|tag|monat|jahr",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\s*\d{1,4}[-./ ]\w{1,9}[-./ ]\d{1,4}.*|\s*\d{4}[-/.]?\d{2}\s*|\s*\w{3} \d{4}\s*"
)
ROWS = 2_000_000  # looked at


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns are.

    Attributes:
        layout: wide or long.
        time: the time column.
        id: the column that names the series, in a long table.
        targets: the value columns.
        left_out: why other columns are not used, by name.
        static: of these, those with one value a series.
    """

    layout: Literal["wide", "long"]
    time: str
    id: str | None
    targets: tuple[str, ...]
    left_out: dict[str, str]
    static: tuple[str, ...] = ()


def detect_roles(frame: pd.DataFrame, place: str) -> Roles:
    """Decide what the columns of a table are.

    Args:
        frame: its first rows.
        place: its name, for messages.

    Raises:
        DataError: no column holds times or numbers, or nothing tells the series apart.
    """
    time = find_time(frame, place)
    others = [name for name in frame.columns if name != time]
    numbers = [name for name in others if _is_number(frame[name])]
    if frame[time].duplicated().any():
        id_column = _find_id(frame, time, others, place)
        return _long(frame, time, id_column, numbers, place)
    named = [name for name in others if name not in numbers and IDS.fullmatch(name)]
    if len(named) == 1 and frame[named[0]].nunique() == 1:
        return _long(frame, time, named[0], numbers, place)
    left_out = {name: _odd(frame[name]) for name in others if name not in numbers}
    for name in numbers:
        if frame[name].nunique() <= 1:
            left_out[name] = "the same everywhere"
    targets = tuple(name for name in numbers if name not in left_out)
    if not targets:
        raise _no_values(place, left_out)
    return Roles("wide", time, None, targets, left_out)


def _is_number(column: pd.Series) -> bool:
    kind: Any = column.dtype
    plain = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    return bool(plain and column.notna().any())


def _find_id(frame: pd.DataFrame, time: str, others: list[str], place: str) -> str:
    """Return the column by which no time stamp occurs twice."""
    possible = [
        name
        for name in others
        if not pd.api.types.is_float_dtype(frame[name])
        and not frame.duplicated([name, time]).any()
        and frame[name].notna().all()
    ]
    if not possible:
        twice = frame.loc[frame[time].duplicated(), time].iloc[0]
        raise DataError(
            f"{place}: the time stamp {twice} occurs several times, and no single "
            "column tells the series apart",
            hint="put what names a series into one column, such as store_item; or "
            "delete doubled rows",
        )

    def rank(name: str) -> tuple[bool, bool, int]:
        is_text = not _is_number(frame[name])
        return not IDS.fullmatch(name), not is_text, int(frame[name].nunique())

    return min(possible, key=rank)


def _long(
    frame: pd.DataFrame, time: str, id_column: str, numbers: list[str], place: str
) -> Roles:
    """Return the roles of a table with one row an observation."""
    values = [name for name in numbers if name != id_column]
    if not values:
        columns = [name for name in frame.columns if name not in (time, id_column)]
        raise _no_values(place, {name: _odd(frame[name]) for name in columns})
    known = [name for name in values if VALUES.fullmatch(name)]
    target = (known or values)[0]
    left_out, static = {}, []
    groups = frame.groupby(id_column, observed=True)
    for name in frame.columns:
        if name in (time, id_column, target):
            continue
        if (groups[name].nunique(dropna=False) <= 1).all():
            static.append(str(name))
            left_out[str(name)] = "one value a series"
        else:
            left_out[str(name)] = (
                "other numbers" if name in values else _odd(frame[name])
            )
    return Roles("long", time, id_column, (target,), left_out, tuple(static))


def _odd(column: pd.Series) -> str:
    """Say how many values are no numbers, and show the first."""
    texts = column.dropna().astype(object).map(str).str.strip()
    texts = texts[texts != ""]
    for tried in (texts.str.replace(",", "."), texts):  # decimals may have commas
        odd = texts[pd.to_numeric(tried, errors="coerce").isna()]
        if len(odd):
            few = f"{len(odd):,} of {len(texts):,} values are "
            some = few if len(odd) < len(texts) else ""
            return f"{some}no numbers, such as {shorten(odd.iloc[0])}"
    return "no numbers"


def _no_values(place: str, reasons: dict[str, str]) -> DataError:
    details = "; ".join(f"{name}: {why}" for name, why in list(reasons.items())[:10])
    return DataError(
        f"{place} has no column of numbers that change, beside times"
        + (f"; {details}" if details else ""),
        hint="write numbers plainly, without units and thousands points, and leave "
        "cells empty where values are missing",
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
    for candidates in (dated, counted):
        known = [name for name in candidates if TIMES.fullmatch(name)]
        if candidates:
            return str((known or candidates)[0])
    for name in frame.columns:
        odd = _first_odd(frame[name], is_known=bool(TIMES.fullmatch(name)))
        if odd is not None:
            raise DataError(
                f"{place}: column {shorten(name)} holds {odd}, which is no date, and "
                "no other column holds times",
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
    return f"{shorten(odd.iloc[0])} (row {int(odd.index[0]) + 1})"


def _texts(column: pd.Series) -> pd.Series:
    """Return the first texts of a column; none of numbers."""
    if pd.api.types.is_numeric_dtype(column):
        return pd.Series([], dtype=object)
    texts = column.dropna().astype(object).map(str)
    return texts[texts != ""].head(SOME)


def _is_date(text: str) -> bool:
    return bool(DATE.fullmatch(text))


def read_sample(table: Table) -> pd.DataFrame:
    """Return the first rows of a table, of columns that have names.

    Names are those of the file: what pandas keeps as the index of a frame is a column
    of a Parquet file like others. A text is a text even where pandas would take it for
    a missing value: a series may be called NA.

    Raises:
        DataError: the file cannot be read.
    """
    return _parquet(table) if isinstance(table, ParquetTable) else _csv(table)


def _parquet(table: ParquetTable) -> pd.DataFrame:
    names, some, rows = [name for name in table.columns if name], [], 0
    for _, arrays in table.batches(names):
        some.append(pa.table({name: _simple(arrays[name]) for name in names}))
        rows += some[-1].num_rows
        if rows >= ROWS:
            break
    frame: pd.DataFrame = pa.concat_tables(some).to_pandas(
        ignore_metadata=True, date_as_object=False
    )
    return frame


def _simple(column: Any) -> Any:
    """Return an Arrow array that pandas can hold: of numbers, times, or texts.

    Of zones nothing is asked here, and values of any other kind are their kind.
    """
    column = plain(column)
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        clock = getattr(kind, "unit", None)
        return column.cast(pa.timestamp(clock)) if clock else column
    numbers = ("integer", "floating", "boolean", "null")
    if is_text(kind) or any(getattr(pa.types, f"is_{name}")(kind) for name in numbers):
        return column
    try:
        if pa.types.is_decimal(kind):
            return column.cast(pa.float64())
        return as_text(column)
    except pa.ArrowException:
        return pa.array([f"of type {kind}"] * len(column))


def _csv(table: CsvTable) -> pd.DataFrame:
    first = [name for name in table.columns if name][:1]
    for start, _ in table.batches(first):  # that refuses records of other lengths
        if start > ROWS:
            break
    frame = _named(_read(table, decimal=table.dialect.decimal), "Unnamed: ")
    lost = [
        name
        for name in frame.columns
        if frame[name].isna().all()
        or (not pd.api.types.is_numeric_dtype(frame[name]) and frame[name].isna().any())
    ]
    if lost:
        texts = _read(table, usecols=lost, dtype=str, keep_default_na=False)
        frame = frame.assign(**{name: texts[name] for name in lost})
    return frame


def _read(table: CsvTable, **settings: Any) -> pd.DataFrame:
    """Return what pandas finds in the first records.

    Raises:
        DataError: the records are no CSV.
    """
    # Without `index_col` pandas takes what longer records begin with for their names.
    settings |= {"sep": table.dialect.separator, "nrows": ROWS, "index_col": False}
    with unpacked(table.path) as file:
        try:
            frame: pd.DataFrame = pd.read_csv(file, low_memory=False, **settings)
        except (ValueError, OverflowError, MemoryError) as error:
            raise DataError(
                f"{table.path} cannot be looked through: {error}",
                hint="look for quotation marks that are left open",
            ) from error
    return frame


def _named(frame: pd.DataFrame, unnamed: str) -> pd.DataFrame:
    """Return the columns whose names are not made up."""
    return frame[[name for name in frame.columns if not name.startswith(unnamed)]]
