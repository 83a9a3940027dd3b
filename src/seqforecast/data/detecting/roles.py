"""What the columns of an unknown table are: time, series, values."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from seqforecast.data.sources.dialect import Dialect
from seqforecast.errors import DataError

ROWS = 2_000_000  # looked at
SOME = 1000  # of them, for what a text is
TIMES = re.compile(
    r"ds|date|dates|time|times|timestamp|datetime|day|week|month|quarter|year|period|"
    r"step|t|datum|fecha|zeit|tag|monat|jahr",
    re.IGNORECASE,
)
IDS = re.compile(
    r"(unique|series|item|store|product|sku|sensor|meter|site|location|customer)?"
    r"[_ ]?(id|name|no|nr)|series|item|store|product|sku|sensor|meter|key",
    re.IGNORECASE,
)
VALUES = re.compile(
    r"y|value|values|target|sales|demand|count|quantity|units|load|price|wert|menge",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\s*\d{1,4}[-./ ]\w{1,9}[-./ ]\d{1,4}.*|\s*\d{4}[-/.]?\d{2}\s*|\s*\w{3} \d{4}\s*"
)


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


def read_sample(path: Path, dialect: Dialect) -> pd.DataFrame:
    """Return the first rows of a table, of columns that have names."""
    if path.suffix.lower() == ".parquet":
        frame = pd.read_parquet(path).head(ROWS)
    else:
        frame = pd.read_csv(
            path,
            sep=dialect.separator,
            decimal=dialect.decimal,
            nrows=ROWS,
            low_memory=False,
        )
    named = [name for name in frame.columns if not str(name).startswith("Unnamed: ")]
    return frame[named]


def detect_roles(frame: pd.DataFrame, place: str) -> Roles:
    """Decide what the columns of a table are.

    Args:
        frame: its first rows.
        place: its name, for messages.

    Raises:
        DataError: no column holds times or numbers, or nothing tells the series apart.
    """
    time = _find_time(frame, place)
    others = [name for name in frame.columns if name != time]
    numbers = [name for name in others if _is_number(frame[name])]
    if frame[time].duplicated().any():
        id_column = _find_id(frame, time, others, place)
        return _long(frame, time, id_column, numbers, place)
    named = [name for name in others if name not in numbers and IDS.fullmatch(name)]
    if len(named) == 1 and frame[named[0]].nunique() == 1:
        return _long(frame, time, named[0], numbers, place)
    if not numbers:
        raise _no_values(place, frame)
    left_out = {name: "no numbers" for name in others if name not in numbers}
    for name in numbers:
        if frame[name].nunique() <= 1:
            left_out[name] = "the same everywhere"
    targets = tuple(name for name in numbers if name not in left_out)
    if not targets:
        raise _no_values(place, frame)
    return Roles("wide", time, None, targets, left_out)


def _find_time(frame: pd.DataFrame, place: str) -> str:
    """Return the column of dates, or else of whole numbers that count steps."""
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
    raise DataError(
        f"{place} has no column of dates, nor one of whole numbers that is called ds, "
        f"time, step or alike; it has {', '.join(map(str, frame.columns[:10]))}",
        hint="add a column ds that counts the steps: 0, 1, 2, ...",
    )


def _is_dated(column: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    if pd.api.types.is_numeric_dtype(column):
        return False
    some = column.dropna().head(SOME)
    texts = some.map(str)
    return len(some) > 0 and bool(
        texts.map(lambda text: bool(DATE.fullmatch(text))).all()
    )


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
        raise _no_values(place, frame)
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
            left_out[str(name)] = "other numbers" if name in values else "no numbers"
    return Roles("long", time, id_column, (target,), left_out, tuple(static))


def _no_values(place: str, frame: pd.DataFrame) -> DataError:
    listed = ", ".join(map(str, frame.columns[:10]))
    return DataError(
        f"{place} has no column of numbers that change, beside times; it has {listed}",
        hint="decimals may have commas and thousands points: write numbers plainly",
    )
