"""The time column: how its dates or numbers are written, one form for all."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import TimeZone
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.times.number_forms import NAMES
from seqforecast.data.table.times.spellings import Spellings
from seqforecast.data.table.times.time_forms import ISO, YEARS, are_far
from seqforecast.data.table.times.whole_numbers import WholeNumbers
from seqforecast.data.table.times.zones import Watch, check_asked_zone, require_zone
from seqforecast.data.table.timestamps import (
    OPEN_END,
    Clock,
    is_text,
    plain,
    reckoned,
    refusal,
    ticks_of,
)
from seqforecast.errors import ConfigError, DataError, did_you_mean

DAY = 86_400_000_000  # microseconds
_YEAR_9999 = 8030 * 366 * DAY  # and some
_RAW = {"date32[day]": pa.int32()}


class _Stamps:
    """Looks at dates and time stamps, for what their zone means.

    Args:
        table: where they come from.
        name: the column's name.
        own: the zone of all of them.
        zone: `data.time_zone`.
    """

    def __init__(
        self, table: Table, name: str, own: str | None, zone: str | None
    ) -> None:
        self._table, self._name, self._own, self._zone = table, name, own, zone
        if own is not None:
            require_zone(table, name, own)
        self._watch: Watch | None = None
        if zone or own:
            self._watch = Watch(zone or own or "", are_moments=own is not None)
        self._absent: tuple[int, str] | None = None

    def add(self, column: Any, start: int) -> None:
        """Look at some stamps.

        Raises:
            DataError: one lies in a year that cannot be counted with.
        """
        ticks = ticks_of(column)
        far = are_far(ticks)
        if far.any():
            i = int(np.argmax(far))
            raw = pc.cast(column[i], _RAW.get(str(column.type), pa.int64())).as_py()
            if abs(ticks[i]) < _YEAR_9999:
                raw = str(ticks[i].astype("datetime64[us]").astype("datetime64[s]"))
            what = f"holds {raw} ({column.type}), which lies outside {YEARS}"
            error = refusal(self._table, self._name, start + i, what)
            error.hint = OPEN_END
            raise error
        if self._watch is not None:
            absent = self._watch.add(ticks)
            if absent.any() and self._absent is None:
                i = int(np.argmax(absent))
                stamp = ticks[i].astype("datetime64[us]").astype("datetime64[s]")
                self._absent = (start + i, str(stamp).replace("T", " "))

    def clock(self) -> Clock:
        """Return how all of them are read.

        Raises:
            DataError: clocks of the zone that is asked for never showed one.
        """
        watch, own = self._watch, self._own
        if watch is None:
            return Clock(dated=True)
        if self._zone is not None:
            clock, place = Clock(dated=True), (self._table, self._name)
            return reckoned(watch, *place, absent=self._absent, clock=clock)
        if len(watch.offsets) == 1 or watch.keeps_clock:
            note = f"the zone {own} of the time stamps was dropped; they stay local"
            zone = TimeZone(str(own))
            return Clock(dated=True, local=own, notes=(note,), zone=zone)
        note = f"time stamps were turned from {own}, whose offset changes, into UTC; "
        note += f"data.time_zone: {own} shows the clocks there"
        zone = TimeZone(str(own), is_utc=True)
        return Clock(dated=True, notes=(note,), zone=zone)


Survey = _Stamps | WholeNumbers | Spellings


def survey_times(
    table: Table, name: str, form: str | None = None, zone: str | None = None
) -> Clock:
    """Pass over a time column, and return how it is read; its notes say so.

    What is not typed is read in the only form that the whole column allows; of several
    the one that makes a regular grid, if it is the only one. Numbers that fit a count
    of steps are one.

    A zone or UTC offset is dropped and the local clock kept where the offset is the
    same throughout or stamps are more than an hour apart; otherwise stamps are turned
    into UTC. Times that clocks of `zone` show are turned by `zones.as_moments`.

    Args:
        table: the file.
        name: the column.
        form: how dates are written; see `data.time_format`.
        zone: whose clocks count; see `data.time_zone`.

    Raises:
        AmbiguousTimesError: the column can be read in several ways.
        DataError: a stamp is missing, unreadable, or unlike the first.
        ConfigError: the form or the zone is none, or does not go with the column.
    """
    check_asked_zone(zone)
    known = (ISO, *NAMES)
    if form is not None and "%" not in form and form not in known:
        raise ConfigError(
            f"data.time_format {form!r} is neither a name nor a form with %d, %m, %Y",
            hint=f'write it as strptime does, such as "%d.%m.%Y"; '
            f"{did_you_mean(form, known)}",
        )
    survey = _survey(table, name, form, zone, guess=False)
    if isinstance(survey, Spellings) and survey.are_foreign:
        survey = _survey(table, name, form, zone, guess=True)
    clock = survey.clock()
    if form is not None and isinstance(survey, _Stamps):
        note = "data.time_format was not needed: the time column is typed"
        return replace(clock, notes=(*clock.notes, note))
    return clock


def _survey(
    table: Table, name: str, form: str | None, zone: str | None, *, guess: bool
) -> Survey:
    survey: Survey | None = None
    empty = None
    kind: Any = None
    for start, columns in table.batches([name]):
        column = plain(columns[name])
        kind = column.type
        if column.null_count:
            absent = column.is_null().to_numpy(zero_copy_only=False)
            empty = start + int(np.argmax(absent)) if empty is None else empty
            continue
        if pa.types.is_integer(kind) and form is not None and form not in NAMES:
            column = column.cast(pa.string())
        if survey is None:
            survey = _survey_of(column.type, table, name, form, zone, guess=guess)
        if survey:
            survey.add(column, start)
    if empty is not None:
        raise refusal(table, name, empty, "is empty")
    if survey is None:
        raise DataError(
            f"{table.path} column {name!r} holds {kind}, not dates or whole numbers",
            hint="data.time names the time column",
        )
    return survey


def _survey_of(
    kind: Any,
    table: Table,
    name: str,
    form: str | None,
    zone: str | None,
    *,
    guess: bool,
) -> Survey | None:
    if pa.types.is_integer(kind):
        return WholeNumbers(table, name, form, zone)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _Stamps(table, name, getattr(kind, "tz", None), zone)
    if is_text(kind):
        return Spellings(table, name, guess=guess, form=form, zone=zone)
    return None
