"""Layouts: the columns of a wide or long file put together as records."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from seqforecast.data.grid.records import Batch, Records
from seqforecast.data.panel import FloatArray
from seqforecast.data.table.columns import IdColumn, NumberColumn, read_together
from seqforecast.data.table.header import nameless
from seqforecast.data.table.number_text import CORRECT
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.time_column import survey_times
from seqforecast.data.table.times.number_forms import STEPS
from seqforecast.data.table.times.time_forms import ISO
from seqforecast.data.table.times.zones import as_moments
from seqforecast.data.table.timestamps import Clock
from seqforecast.errors import DataError, did_you_mean, name_first

if TYPE_CHECKING:
    from seqforecast.data.table.section import TableSource

Observed = tuple[Records, tuple[str, ...]]
_KEPT = 4_000_000  # numbers, of a file that is passed over several times


def observe_wide(
    table: Table, section: "TableSource", group: str | None = None
) -> Observed:
    """Return the records of a file with one column a series, and notes.

    Args:
        table: the file.
        section: what is asked.
        group: is not there in a wide file.

    Raises:
        DataError: a column is absent, or a time stamp cannot be read.
    """
    time, id_column, targets = section.time_name, section.id, section.target_columns
    _require(table, "data.time", time)
    hint = CORRECT
    if targets is None:
        used = {time, *section.past, *section.future}
        targets = [name for name in table.columns if name and name not in used]
        hint = "list the columns that hold numbers in data.target"
        if not targets:
            raise DataError(
                f"{table.path} has no column beside the time column {time!r}"
                + " and covariates" * (len(used) > 1),
                hint="a wide file has one column a series",
            )
    if id_column in table.columns:
        hint = f"if {id_column!r} names the series, set data.layout: long"
    known = frozenset(table.columns)
    for name in targets:
        _require(table, "data.target", name, known)
    return _observe(_Columns(table, section, None, targets, hint), group)


def observe_long(
    table: Table, section: "TableSource", group: str | None = None
) -> Observed:
    """Return the records of a file with one row an observation, and notes.

    Series come in the order of their first records; records of different series
    may alternate.

    Args:
        table: the file.
        section: what is asked.
        group: a column that is read later.

    Raises:
        DataError: a column is absent, or a time stamp cannot be read.
    """
    value = (section.target_columns or ["y"])[0]
    _require(table, "data.time", section.time_name)
    if section.id is not None:
        _require(table, "data.id", section.id)
    _require(table, "data.target", value)
    return _observe(_Columns(table, section, section.id, [value], CORRECT), group)


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """The columns that are read; `hint` is for targets that hold no number at all."""

    table: Table
    section: "TableSource"
    id: str | None
    targets: list[str]
    hint: str

    @property
    def time(self) -> str:
        return self.section.time_name

    @property
    def covariates(self) -> list[str]:
        return [*self.section.past, *self.section.future]

    def numbers(self) -> list[NumberColumn]:
        """Return a reader for each column of numbers, targets first."""
        table, marks = self.table, self.section.missing_marks
        readers = [NumberColumn(name, table, self.hint, marks) for name in self.targets]
        hint = "covariates are numbers, flags 0 and 1; one text a series is data.static"
        return readers + [
            NumberColumn(name, table, hint, marks, flags=True)
            for name in self.covariates
        ]


def _observe(columns: _Columns, group: str | None) -> Observed:
    table, section = columns.table, columns.section
    if group is not None:
        _require(table, "evaluation.group", group)
    for role in ("past", "future", "static"):
        for name in getattr(section, role):
            _require(table, f"data.{role}", name)
    clock = _clock(table, section)
    names = None if columns.id is None else IdColumn(columns.id, table)
    remarks: list[str] = []
    observed = Records(
        file=str(table.path),
        where=table.where,
        dated=clock.dated,
        ids=columns.targets if names is None else names.ids,
        wide=section.layout == "wide",
        times=lambda: _read(columns, clock, names, []),
        values=_kept(lambda: _read_values(columns, clock, names, remarks)),
        covariates=(*columns.covariates,),
        zone=clock.zone,
        remarks=remarks,
        time_format=None if clock.form in (ISO, STEPS) else clock.form,
    )
    notes = clock.notes
    if clock.wall is not None:
        observed, doubled = as_moments(observed, clock.wall)
        notes = (*notes, *doubled)
    observed = replace(observed, time_notes=notes)
    used = {columns.time, columns.id, *columns.targets}
    used |= {*columns.covariates, *section.static, group}
    return observed, (*table.notes, *notes, *_ignored(table, used))


def _clock(table: Table, section: "TableSource") -> Clock:
    """Return how the time column is read.

    Raises:
        DataError: as for `survey_times`.
        ConfigError: as for `survey_times`.
    """
    asked = (section.time_format, section.time_zone)
    if section.time_format is None and isinstance(section.frequency, int):
        with suppress(DataError):  # numbers so far apart count steps, if they are some
            return survey_times(table, section.time_name, STEPS, section.time_zone)
    return survey_times(table, section.time_name, *asked)


def _read_values(
    columns: _Columns, clock: Clock, names: IdColumn | None, remarks: list[str]
) -> Iterator[Batch]:
    """Pass over the records; what cannot be read is refused after the last one.

    What is to be said of those that could replaces the remarks of the pass before.
    """
    table, column = columns.table, 0
    numbers = columns.numbers()
    for bundle in table.bundles(numbers):
        for batch in _read(columns, clock, names, bundle):
            yield replace(batch, column=column)
        column += len(bundle)
    if names is not None:
        names.refuse()
    for reader in numbers:
        reader.refuse()
    remarks[:] = _remarks(numbers)


def _remarks(numbers: Sequence[NumberColumn]) -> Iterator[str]:
    """Say what was read as something else than it looks."""
    marked = sum(reader.marked for reader in numbers)
    if marked:
        yield f"values that data.missing_marks names, read as missing: {marked:,}"
    flags = [reader.name for reader in numbers if reader.has_flags]
    if flags:
        yield f"flags read as 1 and 0: {name_first(flags, 10, ', ...')}"


def _read(
    columns: _Columns,
    clock: Clock,
    names: IdColumn | None,
    numbers: Sequence[NumberColumn],
) -> Iterator[Batch]:
    """Pass over the records with some columns of values."""
    column_names = [columns.time, *(reader.name for reader in numbers)]
    if columns.id is not None:
        column_names.append(columns.id)
    for start, arrays in columns.table.batches(column_names, columns.id):
        times = clock.read(arrays[columns.time])
        groups = np.zeros(len(times), np.int64)
        if names is not None:
            groups = names.read(arrays[names.name], start)
        found = [arrays[reader.name] for reader in numbers]
        values = read_together(numbers, found, start) if found else _none(len(times))
        yield Batch(start, groups, times, 0, values)


def _none(records: int) -> FloatArray:
    """Return the values of no columns."""
    return np.empty((0, records))


def _kept(read: Callable[[], Iterator[Batch]]) -> Callable[[], Iterator[Batch]]:
    """Return a pass that keeps what is small, so that it is read only once."""
    kept: list[Batch] = []
    is_whole = False

    def values() -> Iterator[Batch]:
        nonlocal is_whole
        if is_whole:
            yield from kept
            return
        kept.clear()
        size, room = 0, True
        for batch in read():
            size += batch.values.size + len(batch.times)
            room = room and size <= _KEPT
            if room:
                kept.append(batch)
            else:
                kept.clear()
            yield batch
        is_whole = room

    return values


def _require(
    table: Table, setting: str, name: str, known: frozenset[str] | None = None
) -> None:
    if name in (known or table.columns):
        return
    names = [column for column in table.columns if column]
    if len(names) > 20:
        names = get_close_matches(name, names, n=5) or names[:20]
    hint = f"set {setting} to a column of the file; {did_you_mean(name, names)}"
    if nameless(table.columns):
        hint = f"{hint}; {nameless(table.columns)}"
    if setting == "data.id":
        hint = f"{hint}; set data.id: null if there is only one series"
    raise DataError(f"{table.path} has no column {name!r} ({setting})", hint=hint)


def _ignored(table: Table, used: Iterable[str | None]) -> tuple[str, ...]:
    spare = [name for name in table.columns if name and name not in used]
    nameless = sum(not name for name in table.columns)
    notes = []
    if spare:
        listed = name_first(spare, 10, ", ...")
        notes.append(f"columns that nothing names were ignored: {listed}")
    if nameless:
        notes.append(f"columns without a name were ignored: {nameless}")
    return tuple(notes)
