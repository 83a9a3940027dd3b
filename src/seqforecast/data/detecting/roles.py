"""What the columns of an unknown table are: time, series, values."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from seqforecast.data.detecting.times import find_time
from seqforecast.errors import DataError

IDS = re.compile(
    r"(unique|series|item|store|product|sku|sensor|meter|site|location|customer)?"
    r"[_ ]?(id|name|no|nr)|series|item|store|product|sku|sensor|meter|key",
    re.IGNORECASE,
)
VALUES = re.compile(
    r"y|value|values|target|sales|demand|count|quantity|units|load|price|wert|menge",
    re.IGNORECASE,
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
    texts = column.dropna().map(str).str.strip()
    texts = texts[texts != ""]
    for tried in (texts.str.replace(",", "."), texts):  # decimals may have commas
        odd = texts[pd.to_numeric(tried, errors="coerce").isna()]
        if len(odd):
            few = f"{len(odd):,} of {len(texts):,} values are "
            some = few if len(odd) < len(texts) else ""
            return f"{some}no numbers, such as {odd.iloc[0]!r}"
    return "no numbers"


def _no_values(place: str, reasons: dict[str, str]) -> DataError:
    told = "; ".join(f"{name}: {why}" for name, why in list(reasons.items())[:10])
    return DataError(
        f"{place} has no column of numbers that change, beside times"
        + (f"; {told}" if told else ""),
        hint="write numbers plainly, without units and thousands points, and leave "
        "cells empty where values are missing",
    )
