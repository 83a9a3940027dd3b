"""Layouts: the columns of a wide or long file put together as observations."""

from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np

from seqforecast.data.observations import Observations
from seqforecast.data.sources.columns import parse_ids, parse_numbers
from seqforecast.data.sources.reading import Table
from seqforecast.data.sources.times import parse_times
from seqforecast.errors import DataError, did_you_mean

Observed = tuple[Observations, tuple[str, ...]]


def observe_wide(
    table: Table, time: str, id_column: str | None, targets: list[str] | None
) -> Observed:
    """Return the records of a file with one column a series, and notes.

    Args:
        table: the file.
        time: the time column.
        id_column: only to recognise a long file.
        targets: the value columns; None for all but the time column.

    Raises:
        DataError: a column is absent, or a value cannot be read.
    """
    _require(table, "data.time", time)
    hint = "correct the value, or leave the cell empty and set data.missing"
    if targets is None:
        targets = [name for name in table.columns if name and name != time]
        hint = "list the columns that hold numbers in data.target"
        if not targets:
            raise DataError(
                f"{table.path} has no column beside the time column {time!r}",
                hint="a wide file has one column a series",
            )
    if id_column in table.columns:
        hint = f"if {id_column!r} names the series, set data.layout: long"
    for name in targets:
        _require(table, "data.target", name)
    columns = table.read([time], targets)
    times = parse_times(columns.pop(time), time, table)
    values = np.empty((len(times.values), len(targets)))
    for i, name in enumerate(targets):
        values[:, i] = parse_numbers(columns.pop(name), name, table, hint=hint)
    observed = Observations(
        file=str(table.path),
        where=table.where,
        times=times.values,
        dated=times.dated,
        records=np.arange(len(values)),
        bounds=np.array([0, len(values)]),
        values=values,
        ids=tuple(targets),
        wide=True,
    )
    return observed, (*times.notes, *_ignored(table, {time, *targets}))


def observe_long(
    table: Table, time: str, id_column: str | None, targets: list[str] | None
) -> Observed:
    """Return the records of a file with one row an observation, and notes.

    Series come in the order of their first records; records of different series
    may alternate.

    Args:
        table: the file.
        time: the time column.
        id_column: names the series; None if there is one, named like its values.
        targets: the one value column.

    Raises:
        DataError: a column is absent, or a value cannot be read.
    """
    value = (targets or ["y"])[0]
    _require(table, "data.time", time)
    if id_column is not None:
        _require(table, "data.id", id_column)
    _require(table, "data.target", value)
    names = [name for name in (time, id_column) if name is not None]
    columns = table.read(names, [value])
    times = parse_times(columns[time], time, table)
    codes = np.zeros(len(times.values), np.int64)
    ids: tuple[str, ...] = (value,)
    if id_column is not None:
        codes, ids = parse_ids(columns[id_column], id_column, table)
    hint = "correct the value, or leave the cell empty and set data.missing"
    values = parse_numbers(columns[value], value, table, hint=hint)
    order = np.argsort(codes, kind="stable")
    observed = Observations(
        file=str(table.path),
        where=table.where,
        times=times.values[order],
        dated=times.dated,
        records=order,
        bounds=np.concatenate([[0], np.cumsum(np.bincount(codes))]),
        values=values[order, np.newaxis],
        ids=ids,
        wide=False,
    )
    return observed, (*times.notes, *_ignored(table, {value, *names}))


def _require(table: Table, setting: str, name: str) -> None:
    if name in table.columns:
        return
    names = [column for column in table.columns if column]
    if len(names) > 20:
        names = get_close_matches(name, names, n=5) or names[:20]
    hint = f"set {setting} to a column of the file; {did_you_mean(name, names)}"
    if setting == "data.id":
        hint = f"{hint}; set data.id: null if there is only one series"
    raise DataError(f"{table.path} has no column {name!r} ({setting})", hint=hint)


def _ignored(table: Table, used: Iterable[str]) -> tuple[str, ...]:
    spare = [name for name in table.columns if name and name not in used]
    nameless = sum(not name for name in table.columns)
    notes = []
    if spare:
        listed = ", ".join(spare[:10]) + (", ..." if len(spare) > 10 else "")
        notes.append(f"columns that nothing names were ignored: {listed}")
    if nameless:
        notes.append(f"columns without a name were ignored: {nameless}")
    return tuple(notes)
