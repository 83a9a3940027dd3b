"""Roles of the columns of an unknown table: times, names, targets, covariates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from seqforecast.data.panel import IntArray
from seqforecast.data.roles.column_words import (
    CALENDAR,
    FLAGS,
    VALUES,
    has_word,
    is_called,
    value_rank,
)
from seqforecast.data.roles.sample import Sample
from seqforecast.data.roles.series_names import find_id, names_something
from seqforecast.data.roles.time_axis import TimeAxis, find_time
from seqforecast.errors import DataError, did_you_mean, name_first, shorten

_MOST_IN_CALENDAR = 366
_FEW = 8  # values of a flag


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user has said already; None or empty: to be found.

    Attributes:
        time: the time column.
        id: the column that names the series.
        targets: the value columns.
        time_format: how times are written; as `data.time_format`.
        time_zone: whose clocks count; as `data.time_zone`.
    """

    time: str | None = None
    id: str | None = None
    targets: tuple[str, ...] = ()
    time_format: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """What the columns are.

    Attributes:
        layout: wide or long.
        axis: the time column.
        id: the column that names the series, in a long table.
        targets: the value columns.
        left_out: why other columns are not used, by name.
        static: of these, those with one value a series.
        past: of these, numbers that vary.
        future: of these, flags and parts of the calendar that may be known ahead.
        doubts: what could have been decided otherwise, a sentence each.
    """

    layout: Literal["wide", "long"]
    axis: TimeAxis
    id: str | None
    targets: tuple[str, ...]
    left_out: dict[str, str]
    static: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sorted:
    """Columns by what they are, as far as their names and values tell."""

    numbers: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)  # one value, or none
    counters: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def detect_roles(sample: Sample, wanted: Wanted | None = None) -> Roles:
    """Decide what the columns of a table are.

    Args:
        sample: its first records.
        wanted: what the user has said.

    Raises:
        DataError: no column holds times or numbers that change, nothing tells the
            series apart, or a column that was named is not there.
    """
    _refuse_absent(sample, wanted := wanted or Wanted())
    axis = find_time(sample, wanted.time, wanted.time_format, wanted.time_zone)
    doubts = _doubts_of_time(axis)
    others = [name for name in sample.names if name not in axis.columns]
    id_column, groups = wanted.id, np.zeros(sample.rows, np.int64)
    if id_column is None:
        possible = [name for name in others if name not in wanted.targets]
        id_column, more = find_id(sample, axis.stamps, possible)
        doubts += more
    if id_column is not None:
        groups = sample.codes(id_column)[0]
        others.remove(id_column)
    static = dict.fromkeys(_static(sample, groups, others))
    kinds = _sort(sample, groups, [name for name in others if name not in static])
    targets, more = _targets(kinds, wanted, is_long=id_column is not None)
    doubts += more
    if not targets:
        raise _no_values(sample, kinds.left_out | dict.fromkeys(static, "static"))
    taken = frozenset(targets)  # of ten thousand columns, perhaps
    past = [name for name in kinds.numbers if name not in taken]
    flags = {name for name in [*kinds.flags, *kinds.marks] if name not in taken}
    told = kinds.left_out
    for names, why in (
        (static, "one value a series, which `static` takes"),
        (kinds.counters, "counts the rows"),
        (past, "other numbers, which `past` takes"),
        (flags, "a flag, which `future` takes if it is known ahead"),
    ):
        told |= dict.fromkeys(names, why)
    return Roles(
        layout="wide" if id_column is None else "long",
        axis=axis,
        id=id_column,
        targets=targets,
        left_out={n: told[n] for n in others if n in told and n not in taken},
        static=tuple(static),
        past=tuple(past),
        future=tuple(name for name in others if name in flags),
        doubts=tuple(doubts),
    )


def _refuse_absent(sample: Sample, wanted: Wanted) -> None:
    """Refuse names that the file has not, before anything is looked for."""
    given = [("--id", wanted.id), *(("--target", name) for name in wanted.targets)]
    for option, name in given:
        if name is not None and name not in sample.names:
            raise DataError(
                f"{sample.table.path} has no column {shorten(name)} ({option})",
                hint=did_you_mean(name, sample.names),
            )


def _several(groups: IntArray) -> bool:
    return bool(groups.max() > groups.min())


def _doubts_of_time(axis: TimeAxis) -> list[str]:
    """Say which other columns could be the time axis."""
    if not axis.others:
        return []
    taken = " + ".join(axis.columns)
    others = name_first(axis.others)
    return [
        f"Time is taken from {taken}; --time takes another column, such as {others}."
    ]


def _static(sample: Sample, groups: IntArray, others: Sequence[str]) -> list[str]:
    """Return the columns with one value a series, where there are several series."""
    if not _several(groups):
        return []
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    found = []
    for name in others:
        codes, count = sample.codes(name)
        if count < 2:
            continue
        ordered = codes[order]
        low = np.minimum.reduceat(ordered, starts)
        if (low == np.maximum.reduceat(ordered, starts)).all():
            found.append(name)
    return found


def _sort(sample: Sample, groups: IntArray, others: Sequence[str]) -> _Sorted:
    """Sort columns into numbers, flags, and what is neither, with the reason."""
    kinds = _Sorted()
    for name in others:
        why = _why_no_series(sample, name)
        if why:
            kinds.left_out[name] = why
        elif not sample.varies(name):
            kinds.marks.append(name)
        elif value_rank(name) < len(VALUES):
            kinds.numbers.append(name)
        elif _counts_rows(sample, name, groups):
            kinds.counters.append(name)
        elif _is_flag(sample, name):
            kinds.flags.append(name)
        else:
            kinds.numbers.append(name)
    stems = {_stem(name) for name in kinds.numbers} - {""}
    # A series among others may be of zeros and ones.
    alike = {n for n in kinds.flags if _stem(n) in stems and not has_word(n, FLAGS)}
    numbers = alike.union(kinds.numbers)
    kinds.flags = [name for name in kinds.flags if name not in alike]
    kinds.numbers = [name for name in others if name in numbers]
    return kinds


def _why_no_series(sample: Sample, name: str) -> str | None:
    """Return why a column is of no use at all, None where it may be of some."""
    values, odd = sample.numbers(name)
    if odd:
        return odd
    has_name_of_values = value_rank(name) < len(VALUES)
    if not has_name_of_values and _is_calendar(sample, name):
        return "a part of the calendar, which `calendar` makes"
    if not sample.varies(name):
        return None if np.isnan(values).any() else "the same everywhere"
    if not has_name_of_values and sample.is_whole(name) and names_something(name):
        return "a number that names something"
    return None


def _stem(name: str) -> str:
    """Return a name without its numbers: that of shop_1 and shop_2 is the same."""
    return re.sub(r"[\W\d_]+", "", name)


def _is_flag(sample: Sample, name: str) -> bool:
    """Return whether a column has few values, and is called so, or is of 0 and 1."""
    values = sample.numbers(name)[0]
    found = set(np.unique(values[~np.isnan(values)]).tolist())
    return found <= {0, 1} or (len(found) <= _FEW and has_word(name, FLAGS))


def _is_calendar(sample: Sample, name: str) -> bool:
    """Return whether a column is called like a part of the calendar and is as small."""
    if not (is_called(name, CALENDAR) and sample.is_whole(name)):
        return False
    values = sample.numbers(name)[0]
    years = values.min() >= 1800 and values.max() <= 2200
    return years or bool(values.min() >= 0 and values.max() <= _MOST_IN_CALENDAR)


def _counts_rows(sample: Sample, name: str, groups: IntArray) -> bool:
    """Return whether a column goes up by one from record to record of each series."""
    if not sample.is_whole(name):
        return False
    values = sample.numbers(name)[0]
    order = np.argsort(groups, kind="stable")
    steps, same = np.diff(values[order]), np.diff(groups[order]) == 0
    if len(steps) and (np.abs(np.diff(values)) == 1).all():
        return True
    return bool(same.any() and (steps[same] == 1).all())


def _targets(
    kinds: _Sorted, wanted: Wanted, *, is_long: bool
) -> tuple[tuple[str, ...], list[str]]:
    """Return the value columns, one in a long table, and what was in doubt."""
    if wanted.targets:
        if is_long and len(wanted.targets) > 1:
            raise DataError(
                f"--target names {len(wanted.targets)} columns, but with one row an "
                "observation one column holds the values",
                hint="name one; a wide file, one column a series, has several",
            )
        for name in wanted.targets:
            kinds.left_out.pop(name, None)
        return wanted.targets, []
    candidates = kinds.numbers or kinds.flags or kinds.counters
    if not candidates:
        return (), []
    ranks = {name: value_rank(name) for name in candidates}
    best = min(ranks.values())
    chosen = [name for name in candidates if ranks[name] == best]
    if is_long:
        known = VALUES[best] if best < len(VALUES) else frozenset()
        chosen = sorted(chosen, key=lambda name: not is_called(name, known))[:1]
    rest = [*ranks.keys() - dict.fromkeys(chosen).keys()]
    if not rest:
        return tuple(chosen), []
    rest.sort(key=candidates.index)
    why = "by name" if best < len(VALUES) else "for want of a name that says so"
    taken, others = name_first(chosen), name_first(rest)
    doubt = f"Values are taken from {taken}, {why}; --target takes another column: "
    return tuple(chosen), [f"{doubt}{others}."]


def _no_values(sample: Sample, reasons: dict[str, str]) -> DataError:
    details = "; ".join(f"{name}: {why}" for name, why in list(reasons.items())[:10])
    return DataError(
        f"{sample.table.path} has no column of numbers that change, beside times"
        + (f"; {details}" if details else ""),
        hint="write numbers plainly, without units, and leave cells empty where values "
        "are missing; --target names the column of values",
    )
