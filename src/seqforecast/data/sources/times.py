"""The time column: one pass that tells how to read it, or a refusal."""

from typing import Any

import numpy as np
import pyarrow as pa

from seqforecast.data.sources.clock import (
    Clock,
    is_text,
    local_clock,
    plain,
    ticks_of,
)
from seqforecast.data.sources.counting import WholeNumbers, refusal
from seqforecast.data.sources.reading import Table
from seqforecast.data.sources.spellings import Spellings
from seqforecast.errors import DataError

DAY = 86_400_000_000  # microseconds


def survey_times(table: Table, name: str) -> Clock:
    """Pass over a time column, and return how it is read.

    A zone or UTC offset is dropped and the local clock kept where the offset is the
    same throughout or all stamps are midnights; otherwise stamps are turned into UTC.

    Raises:
        DataError: a stamp is missing, unreadable, ambiguous or of another zone.
    """
    survey = _survey(table, name, guess=False)
    if isinstance(survey, Spellings) and survey.are_foreign:
        survey = _survey(table, name, guess=True)
    return survey.clock()


class _Stamps:
    """Looks at dates and time stamps, for what their zone means."""

    def __init__(self, zone: str | None) -> None:
        self._zone = zone
        self._midnights = True
        self._offsets: set[int] = set()

    def add(self, column: Any, start: int) -> None:  # noqa: ARG002 - none is refused
        """Look at some stamps."""
        if self._zone is None:
            return
        ticks = ticks_of(column)
        local = local_clock(ticks, self._zone)
        self._offsets.update(np.unique(local - ticks).tolist())
        self._midnights = self._midnights and bool(np.all(local % DAY == 0))

    def clock(self) -> Clock:
        """Return how all of them are read."""
        zone = self._zone
        if zone is None:
            return Clock(dated=True)
        if len(self._offsets) == 1 or self._midnights:
            note = f"the zone {zone} of the time stamps was dropped; they stay local"
            return Clock(dated=True, zone=zone, notes=(note,))
        note = f"time stamps were turned from {zone}, whose offset changes, into UTC"
        return Clock(dated=True, notes=(note,))


Survey = _Stamps | WholeNumbers | Spellings


def _survey(table: Table, name: str, *, guess: bool) -> Survey:
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
        survey = survey or _survey_of(kind, table, name, guess=guess)
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


def _survey_of(kind: Any, table: Table, name: str, *, guess: bool) -> Survey | None:
    if pa.types.is_integer(kind):
        return WholeNumbers(table, name)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _Stamps(getattr(kind, "tz", None))
    return Spellings(table, name, guess=guess) if is_text(kind) else None
