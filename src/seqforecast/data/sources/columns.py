"""Columns of values and of series names: Arrow arrays to NumPy, or a refusal."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.data.sources.csv_table import MISSING
from seqforecast.data.sources.reading import Table
from seqforecast.errors import DataError

_LARGEST = float(np.finfo(np.float32).max)


def parse_numbers(column: Any, name: str, table: Table, *, hint: str) -> FloatArray:
    """Return float64 values, shape (records,), with NaN where one is missing.

    Args:
        column: an Arrow array of numbers, or of numbers written as text.
        name: the column's name.
        table: where it comes from.
        hint: what to do when no value of the column is a number.

    Raises:
        DataError: a value is text, infinite, too large for float32, or of a type
            that is no number.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        values = _numbers_in_text(column, name, table, hint)
    elif not _is_number(kind):
        raise DataError(
            f"{table.path}: column {name!r} holds values of type {kind}, not numbers",
            hint=hint,
        )
    else:
        numbers = column.cast(pa.float64(), safe=False)
        values = numbers.to_numpy(zero_copy_only=False).astype(np.float64)
    large = np.abs(values) > _LARGEST
    if large.any():
        first = int(np.argmax(large))
        what = "is infinite" if np.isinf(values[first]) else "is too large for float32"
        raise DataError(
            f"{table.path} {table.where(first)}: column {name!r} holds "
            f"{values[first]}, which {what}{_others(large)}",
            hint="correct it, or leave the cell empty and set data.missing",
        )
    return values


def _is_number(kind: Any) -> bool:
    tests = ("integer", "floating", "decimal", "null")
    return any(getattr(pa.types, f"is_{test}")(kind) for test in tests)


def _others(bad: npt.NDArray[np.bool_]) -> str:
    count = int(bad.sum())
    return f"; {count:,} such values in this column" if count > 1 else ""


def _numbers_in_text(column: Any, name: str, table: Table, hint: str) -> FloatArray:
    trimmed = pc.utf8_trim_whitespace(column)
    known = pc.is_in(trimmed, value_set=pa.array(MISSING, trimmed.type))
    absent = pc.or_(pc.is_null(trimmed), known).to_numpy(zero_copy_only=False)
    written = pd.Series(trimmed.to_numpy(zero_copy_only=False), dtype=object)
    values = pd.to_numeric(written, errors="coerce").to_numpy(np.float64)
    bad = np.isnan(values) & ~absent
    if bad.any():
        first = int(np.argmax(bad))
        text = str(written.iloc[first])
        if np.any(~bad & ~absent):
            hint = "correct the value, or leave the cell empty and set data.missing"
        if any(sign.isdigit() for sign in text) and text.count(",") == 1:
            hint = "write decimals with a point, as in 12.5, and no thousands separator"
        raise DataError(
            f"{table.path} {table.where(first)}: column {name!r} holds {text!r}, "
            f"which is not a number{_others(bad)}",
            hint=hint,
        )
    return np.where(absent, np.nan, values)


def parse_ids(column: Any, name: str, table: Table) -> tuple[IntArray, tuple[str, ...]]:
    """Return a code a record, shape (records,), and the names in file order.

    Raises:
        DataError: a record names no series, or names it by a fraction.
    """
    if pa.types.is_floating(column.type) or pa.types.is_nested(column.type):
        raise DataError(
            f"{table.path}: column {name!r} holds values of type {column.type}, "
            "which name no series",
            hint="store the names as text",
        )
    text = column.cast(pa.string())
    absent = pc.fill_null(pc.equal(text, ""), fill_value=True)
    gone = absent.to_numpy(zero_copy_only=False)
    if gone.any():
        count = int(gone.sum())
        raise DataError(
            f"{table.path} {table.where(int(np.argmax(gone)))}: column {name!r} is "
            f"empty, so the record belongs to no series"
            + (f"; {count:,} such records" if count > 1 else ""),
            hint="name the series, or set data.id: null if there is only one",
        )
    coded = text.dictionary_encode()
    codes = coded.indices.to_numpy().astype(np.int64)
    return codes, tuple(coded.dictionary.to_pylist())
