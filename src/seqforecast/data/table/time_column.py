"""The time column: how its dates or numbers are written, one form for all."""

import warnings
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pandas.tseries.api import guess_datetime_format

from seqforecast.data.panel import TimeZone
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.timestamps import (
    FIRST_YEAR,
    ISO,
    LAST_YEAR,
    Clock,
    WholeNumbers,
    are_far,
    is_text,
    local_clock,
    numbers_in,
    plain,
    read_dates,
    refusal,
    require_zone,
    spellings_of,
    ticks_of,
    without_offset,
)
from seqforecast.errors import DataError, shorten

_WHOLE = r"^[+-]?\d{1,18}$"
_OFFSET = r":\d\d(?:[.,]\d+)?\s*(?P<offset>Z|UTC|[+-]\d\d:?\d\d)$"

DAY = 86_400_000_000  # microseconds
_RAW = {"date32[day]": pa.int32()}
_LONGEST = 100  # letters of a date


class _Stamps:
    """Looks at dates and time stamps, for what their zone means.

    Args:
        table: where they come from.
        name: the column's name.
        zone: that of all of them.
    """

    def __init__(self, table: Table, name: str, zone: str | None) -> None:
        self._table, self._name, self._zone = table, name, zone
        if zone is not None:
            require_zone(table, name, zone)
        self._midnights = True
        self._offsets: set[int] = set()

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
            years = f"the years {FIRST_YEAR} to {LAST_YEAR}"
            what = f"holds {raw} ({column.type}), which lies outside {years}"
            raise refusal(self._table, self._name, start + i, what)
        if self._zone is None:
            return
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
            return Clock(dated=True, local=zone, notes=(note,), zone=TimeZone(zone))
        note = f"time stamps were turned from {zone}, whose offset changes, into UTC"
        return Clock(dated=True, notes=(note,), zone=TimeZone(zone, is_utc=True))


@dataclass(slots=True)
class _Sighting:
    """How many spellings were odd in one way, and the first record of one."""

    count: int = 0
    record: int = 0
    text: str = ""


class Spellings:
    """Looks at all texts of a time column, and keeps only what is odd about them.

    Args:
        table: where it comes from.
        name: the column's name.
        guess: whether to try other forms than ISO 8601, guessed from the first text.
    """

    def __init__(self, table: Table, name: str, *, guess: bool) -> None:
        self._table, self._name, self._guess = table, name, guess
        self._first: str | None = None
        self._offset, self._forms = "", [ISO]
        self._numbers = WholeNumbers(table, name)
        self._seen: dict[object, _Sighting] = {}

    def add(self, column: Any, start: int) -> None:
        """Look at some texts, the first of which stands in record `start`."""
        texts, codes = spellings_of(column)
        if self._first is None:
            self._begin(texts)

        def note(what: object, odd: npt.NDArray[np.bool_]) -> None:
            self._note(what, odd, texts, (codes, start))

        whole = _mask(pc.match_substring_regex(texts, _WHOLE))
        note("number", whole)
        note("date", ~whole)
        if whole.all():
            self._numbers.add(pa.array(numbers_in(texts)), start)
            return
        note("offset", _offsets(texts) != self._offset)
        if "number" in self._seen or "offset" in self._seen:
            return
        bare = without_offset(texts, self._offset)
        stamps = {form: read_dates(bare, form) for form in self._forms}
        for form in self._forms:
            note(form, np.isnat(stamps[form]))
        for one, other in combinations(self._forms, 2):
            note((one, other), stamps[one] != stamps[other])

    @property
    def are_foreign(self) -> bool:
        """Whether a text seen is no date of ISO 8601: other forms need a guess."""
        return ISO in self._seen

    def clock(self) -> Clock:
        """Return how all texts are read.

        Raises:
            DataError: a text is unreadable, ambiguous, or differs from the first.
        """
        if "date" not in self._seen:
            return self._numbers.clock()
        if "number" in self._seen:
            if self._seen["number"].record < self._seen["date"].record:
                raise self._refuse("date", "which is no whole number like those before")
            raise self._refuse("number", "which is no date like those before")
        if "offset" in self._seen:
            why = f"whose UTC offset differs from that of {shorten(self._first)}"
            error = self._refuse("offset", why)
            error.hint = "write all time stamps with one offset, best in UTC"
            raise error
        form = min(self._forms, key=lambda form: self._unread(form).count)
        if form in self._seen:
            raise self._refuse(form, "which is neither a date nor a whole number")
        notes = () if form == ISO else (f"time stamps were read as {form}",)
        self._refuse_rivals(form)
        if self._offset:
            dropped = f"the UTC offset {self._offset} was dropped; stamps stay local"
            notes = (*notes, dropped)
        zone = TimeZone(self._offset)
        return Clock(dated=True, form=form, offset=self._offset, notes=notes, zone=zone)

    def _begin(self, texts: Any) -> None:
        """Take the offset and the possible forms from the first text."""
        first = texts[:1]
        self._first, self._offset = first[0].as_py(), _offsets(first)[0]
        if self._guess:
            bare = without_offset(first, self._offset)[0]
            self._forms += _guess_formats(bare)

    def _note(
        self,
        what: object,
        odd: npt.NDArray[np.bool_],
        texts: Any,
        place: tuple[npt.NDArray[Any], int],
    ) -> None:
        if not odd.any():
            return
        codes, start = place
        if what not in self._seen:
            record = int(np.argmax(odd[codes]))
            text = texts[int(codes[record])].as_py()
            self._seen[what] = _Sighting(0, start + record, text)
        self._seen[what].count += int(odd.sum())

    def _unread(self, form: str) -> _Sighting:
        return self._seen.get(form, _Sighting())

    def _refuse_rivals(self, form: str) -> None:
        """Refuse dates that another form reads as well, and otherwise."""
        if form == ISO:
            return
        for rival in self._forms:
            pair = (form, rival) if (form, rival) in self._seen else (rival, form)
            if rival != form and rival not in self._seen and pair in self._seen:
                raise self._refuse(pair, f"which can be read as {form} and as {rival}")

    def _refuse(self, what: object, why: str) -> DataError:
        sighting = self._seen[what]
        text = shorten(sighting.text)
        fault = f"holds {text}, {why}" if sighting.text else "is empty"
        return refusal(self._table, self._name, sighting.record, fault)


Survey = _Stamps | WholeNumbers | Spellings


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
        return _Stamps(table, name, getattr(kind, "tz", None))
    return Spellings(table, name, guess=guess) if is_text(kind) else None


def _mask(answers: Any) -> npt.NDArray[np.bool_]:
    return np.asarray(answers.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _offsets(texts: Any) -> npt.NDArray[Any]:
    offsets = pc.struct_field(pc.extract_regex(texts, _OFFSET), "offset")
    return np.asarray(pc.fill_null(offsets, "").to_numpy(zero_copy_only=False))


def _guess_formats(text: str) -> list[str]:
    if len(text) > _LONGEST:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            guesses = [guess_datetime_format(text, dayfirst=d) for d in (True, False)]
        except (ValueError, OverflowError):
            return []
    return sorted({guess for guess in guesses if guess and "%Y" in guess})
