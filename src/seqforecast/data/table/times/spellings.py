"""Texts of a time column: which form reads them all, and what is odd about them."""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seqforecast.data.panel import TimeZone
from seqforecast.data.regularity import regularity
from seqforecast.data.table.batches import mask_of
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.times.number_forms import NAMES
from seqforecast.data.table.times.rivals import Different, choose, refuse_rivals
from seqforecast.data.table.times.time_forms import (
    ISO,
    YEARS,
    is_far_date,
    may_count_quarters,
    possible_forms,
    read_dates,
)
from seqforecast.data.table.times.whole_numbers import WholeNumbers
from seqforecast.data.table.times.zones import Watch
from seqforecast.data.table.timestamps import (
    OPEN_END,
    OTHERWISE,
    Clock,
    numbers_in,
    offset_ticks,
    reckoned,
    refusal,
    spellings_of,
    split_offsets,
)
from seqforecast.errors import ConfigError, DataError, shorten

_WHOLE = r"^[+-]?(?:\d{1,18}|[1-4]\d{18})$"


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
        form: `data.time_format`.
        zone: `data.time_zone`.
    """

    def __init__(
        self,
        table: Table,
        name: str,
        *,
        guess: bool = False,
        form: str | None = None,
        zone: str | None = None,
    ) -> None:
        self._table, self._name, self._guess = table, name, guess
        self._asked, self._zone = form, zone
        self._first: str | None = None
        self._has_offsets = self._is_doubtful = False
        self._offsets: set[str] = set()
        self._tiers: list[tuple[str, ...]] = [(ISO if form is None else form,)]
        self._numbers = WholeNumbers(table, name, form if form in NAMES else None, zone)
        self._seen: dict[object, _Sighting] = {}
        self._watches: dict[str, Watch] = {}
        self._stamps: dict[str, Different] = {}

    def add(self, column: Any, start: int) -> None:
        """Look at some texts, the first of which stands in record `start`."""
        texts, codes = spellings_of(column)
        if self._first is None:
            self._begin(texts)

        def note(what: object, odd: npt.NDArray[np.bool_]) -> None:
            self._note(what, odd, texts, (codes, start))

        if self._asked is None or self._asked in NAMES:
            whole = mask_of(pc.match_substring_regex(texts, _WHOLE))
            note("number", whole)
            note("date", ~whole)
            if whole.all():
                # In the order of the records, so that messages name the right one.
                numbers = numbers_in(texts)[codes]
                self._numbers.add(pa.array(numbers), start)
                return
        bare, written = split_offsets(texts)
        note("offset", (np.array(written, object) != "") != self._has_offsets)
        if "number" in self._seen or "offset" in self._seen or self._asked in NAMES:
            return
        self._offsets.update(written)
        shifts = offset_ticks(written)
        bare = np.asarray(bare.to_numpy(zero_copy_only=False))
        for tier in self._tiers:
            # What cannot be the form is not read any more, while another can.
            forms = [form for form in tier if form not in self._seen] or tier
            stamps = {form: self._read(bare, form) for form in forms}
            for form, dates in stamps.items():
                note(form, np.isnat(dates))
                absent = self._watch(form, dates, shifts)
                if absent is not None:
                    note(("absent", form), absent)
            for one, other in combinations(forms, 2):
                note((one, other), stamps[one] != stamps[other])

    def _read(self, bare: npt.NDArray[Any], form: str) -> npt.NDArray[np.datetime64]:
        try:
            return read_dates(bare, form)
        except ValueError as error:
            raise ConfigError(
                f"data.time_format {form!r} is no form of dates: {error}",
                hint='write it as strptime does, such as "%d.%m.%Y %H:%M"',
            ) from error

    def _watch(
        self, form: str, dates: npt.NDArray[np.datetime64], shifts: Any
    ) -> npt.NDArray[np.bool_] | None:
        """Look at dates of a form that fits so far; return which no clock showed."""
        if form in self._seen:
            self._stamps.pop(form, None)
            return None
        ticks = dates.astype(np.int64)
        if len(self._tiers) > 1:
            self._stamps.setdefault(form, Different()).add(ticks)
        if self._zone is None and not self._has_offsets:
            return None
        if form not in self._watches:
            zone = self._zone or "UTC"
            self._watches[form] = Watch(zone, are_moments=self._has_offsets)
        watch = self._watches[form]
        if self._zone is None:
            watch.add_local(ticks)
            return None
        return watch.add(ticks - shifts)

    @property
    def are_foreign(self) -> bool:
        """Whether a text seen is no date of ISO 8601: other forms need a guess."""
        return (ISO in self._seen or self._is_doubtful) and self._asked is None

    def clock(self) -> Clock:
        """Return how all texts are read.

        Raises:
            DataError: a text is unreadable, ambiguous, or differs from the first.
        """
        if self._asked in NAMES and "date" in self._seen:
            why = f"which is no whole number as data.time_format {self._asked} needs"
            raise self._refuse("date", why)
        if "number" in self._seen and "date" not in self._seen:
            return self._numbers.clock()
        if "number" in self._seen:
            if self._seen["number"].record < self._seen["date"].record:
                raise self._refuse("date", "which is no whole number like those before")
            raise self._refuse("number", "which is no date like those before")
        if "offset" in self._seen:
            has = "a" if not self._has_offsets else "no"
            why = f"which has {has} UTC offset, unlike {shorten(self._first)}"
            error = self._refuse("offset", why)
            error.hint = "write all time stamps with their offset, or none with one"
            raise error
        form, why = self._choose()
        notes = (f"time stamps were read as {form}{why}",)
        return self._with_zone(form, () if form in (ISO, self._asked) else notes)

    def _with_zone(self, form: str, notes: tuple[str, ...]) -> Clock:
        watch, clock = self._watches.get(form), Clock(dated=True, form=form)
        if watch is None:
            return replace(clock, notes=notes)
        if self._zone is not None:
            sighting = self._seen.get(("absent", form))
            absent = None if sighting is None else (sighting.record, sighting.text)
            place = (self._table, self._name)
            return reckoned(watch, *place, absent=absent, clock=clock, notes=notes)
        listed = ", ".join(sorted(self._offsets))
        if len(self._offsets) > 1 and not watch.keeps_clock:
            note = f"the UTC offset of the time stamps changes ({listed}): they were "
            note += "turned into UTC; data.time_zone names the zone whose clocks count"
            zone = TimeZone(is_utc=True)
            return replace(clock, notes=(*notes, note), zone=zone, offsets="apply")
        is_one = len(self._offsets) == 1
        noun = "offset" if is_one else "offsets"
        was = "was" if is_one else "were"
        note = f"the UTC {noun} {listed} {was} dropped; stamps stay local"
        zone = TimeZone(listed if is_one else "")
        return replace(clock, notes=(*notes, note), zone=zone, offsets="drop")

    def _begin(self, texts: Any) -> None:
        """Take what is expected of all from the first text."""
        first, written = split_offsets(texts[:1])
        self._first, self._has_offsets = texts[0].as_py(), written[0] != ""
        if self._asked is not None:
            return
        bare = first[0].as_py()
        self._is_doubtful = may_count_quarters(bare)
        if self._guess:
            tiers = possible_forms(bare)
            self._tiers = (
                tiers + self._tiers if self._is_doubtful else self._tiers + tiers
            )

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

    def _choose(self) -> tuple[str, str]:
        """Return the only form that reads all texts, and why it is none of others.

        Raises:
            DataError: there is none.
            AmbiguousTimesError: there are several, each with another meaning.
        """
        for tier in self._tiers:
            fitting = [form for form in tier if form not in self._seen]
            apart: list[str] = []
            for form in fitting:
                if all(self._differ(form, other) for other in apart):
                    apart.append(form)
            if len(apart) == 1:
                return apart[0], ""
            if apart:
                return self._settle(apart)
        forms = [form for tier in self._tiers for form in tier]
        best = min(forms, key=lambda form: self._seen[form].count)
        text = split_offsets(pa.array([self._seen[best].text]))[0][0].as_py()
        if is_far_date(text, best):
            error = self._refuse(best, f"which lies outside {YEARS}")
            error.hint = OPEN_END
            raise error
        if self._asked is not None:
            why = f"which is not written as data.time_format {best} says"
            error = self._refuse(best, why)
            error.hint = OTHERWISE
            raise error
        raise self._refuse(best, "which is neither a date nor a whole number")

    def _differ(self, one: str, other: str) -> bool:
        return (one, other) in self._seen or (other, one) in self._seen

    def _settle(self, forms: list[str]) -> tuple[str, str]:
        """Return the form that makes a regular grid, where only one does.

        Raises:
            AmbiguousTimesError: none does, or several do.
        """
        shares = {form: regularity(self._stamps[form].values()) for form in forms}
        form, others = choose(shares)
        if form is None:
            pair = next(pair for pair in combinations(forms, 2) if pair in self._seen)
            seen = self._seen[pair]
            args = (self._table, self._name, seen.record, seen.text)
            raise refuse_rivals(*args, forms)
        return form, f": as {others[0]} they would make no regular steps"

    def _refuse(self, what: object, why: str) -> DataError:
        sighting = self._seen[what]
        text = shorten(sighting.text)
        fault = f"holds {text}, {why}" if sighting.text else "is empty"
        return refusal(self._table, self._name, sighting.record, fault)
