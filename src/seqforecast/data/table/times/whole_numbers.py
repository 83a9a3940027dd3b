"""Whole numbers as times: a count of steps, or dates written as numbers."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import IntArray, TimeZone
from seqforecast.data.regularity import regularity
from seqforecast.data.table.open_file import Table
from seqforecast.data.table.times.number_forms import (
    CALENDAR,
    EPOCHS,
    STEPS,
    dates_in,
)
from seqforecast.data.table.times.rivals import Different, choose, refuse_rivals
from seqforecast.data.table.times.zones import Watch
from seqforecast.data.table.timestamps import (
    OTHERWISE,
    Clock,
    reckoned,
    refusal,
    whole_numbers,
)
from seqforecast.errors import ConfigError, DataError

MOST_DIGITS = 18
_FEW, _SHARE = 3, 0.1  # numbers that are no dates among others that are
_REGULAR = 0.5
_APART = 5  # steps of a count hardly lie so far apart
_LONG = "yyyymmdd"
"""Forms that begin like this have so many digits that hardly a count looks alike."""


@dataclass(frozen=True, slots=True)
class _Odd:
    """How many numbers are no dates of a form, and the first of them."""

    count: int
    record: int
    value: int


class WholeNumbers:
    """Looks at all numbers of a time column, for the one reading they allow.

    Args:
        table: where it comes from.
        name: the column's name.
        form: one of `NAMES`, or None: whichever fits.
        zone: `data.time_zone`.
    """

    def __init__(
        self, table: Table, name: str, form: str | None = None, zone: str | None = None
    ) -> None:
        self._table, self._name, self._asked, self._zone = table, name, form, zone
        self._forms = [*CALENDAR, *EPOCHS] if form is None else [form]
        self._different = Different()
        self._first: int | None = None
        self._least = self._most = self._total = 0
        self._odd: dict[str, _Odd] = {}
        self._long: tuple[int, int] | None = None  # record, number
        self._absent: tuple[int, str] | None = None  # record, number

    def add(self, column: Any, start: int) -> None:
        """Look at some numbers in an Arrow array.

        Raises:
            DataError: one has too many digits to count steps with, or is not written
                as was asked.
        """
        wide = column.to_numpy(zero_copy_only=False)
        far = (wide >= 10**MOST_DIGITS) | (wide <= -(10**MOST_DIGITS))
        if far.any() and self._long is None:
            i = int(np.argmax(far))
            self._long = (start + i, int(wide[i]))
        if far.any() and ("epoch_ns" not in self._forms or wide.max() >= 1 << 63):
            raise self._too_long()
        values = whole_numbers(column)
        self._total += len(values)
        least, most = int(values.min()), int(values.max())
        if self._first is None:
            self._first, self._least, self._most = int(values[0]), least, most
        self._least, self._most = min(self._least, least), max(self._most, most)
        # Of a count of steps nothing but the first numbers is looked at, as a rule.
        for form in [form for form in self._forms if form != STEPS]:
            dates = dates_in(values, form, usual=self._asked is None)
            odd = np.isnat(dates)
            if odd.any() and self._asked is not None:
                i = int(np.argmax(odd))
                what = f"holds {values[i]}, which is not written as data.time_format"
                error = self._refuse(start + i, f"{what} {form} says")
                error.hint = OTHERWISE
                raise error
            if odd.any():
                self._note_odd(form, odd, values, start)
            elif self._zone is not None and form not in EPOCHS:
                self._watch_absent(dates, values, start)
        if self._forms and self._forms != [STEPS]:
            self._different.add(values)

    def _note_odd(
        self, form: str, odd: npt.NDArray[np.bool_], values: IntArray, start: int
    ) -> None:
        """Note numbers that are no dates of a form; after a few it is given up."""
        i = int(np.argmax(odd))
        first = self._odd.get(form, _Odd(0, start + i, int(values[i])))
        self._odd[form] = replace(first, count=first.count + int(odd.sum()))
        if self._odd[form].count > max(_FEW, _SHARE * self._total):
            self._forms.remove(form)

    def _watch_absent(self, dates: Any, values: IntArray, start: int) -> None:
        ticks = dates.astype(np.int64)
        absent = Watch(str(self._zone), are_moments=False).add(ticks)
        if absent.any() and self._absent is None:
            i = int(np.argmax(absent))
            self._absent = (start + i, str(values[i]))

    def clock(self) -> Clock:
        """Return how all of them are read.

        Raises:
            DataError: they can be read in several ways.
            ConfigError: a zone is asked for, but they count steps.
        """
        form, note = self._asked, ""
        if form is None:
            form, note = self._choose()
        if form == STEPS:
            if self._long is not None:
                raise self._too_long()
            if self._zone is not None:
                raise ConfigError(
                    f"data.time_zone is {self._zone}, but the whole numbers of the "
                    "time column count steps, which no clock shows",
                    hint="leave data.time_zone out, or say with data.time_format "
                    "which dates they are",
                )
            return Clock(dated=False, form=form, notes=(note,) if note else ())
        said = () if self._asked else (f"whole numbers were read as {form}{note}",)
        is_epoch = form in EPOCHS
        if self._zone is None:
            zone = TimeZone("UTC" if is_epoch else "")
            return Clock(dated=True, form=form, notes=said, zone=zone)
        watch = Watch(self._zone, are_moments=is_epoch)
        stamps = dates_in(self._different.values(), form, usual=self._asked is None)
        watch.add(stamps.astype(np.int64))
        clock = Clock(dated=True, form=form)
        place = (self._table, self._name)
        return reckoned(watch, *place, absent=self._absent, clock=clock, notes=said)

    def _choose(self) -> tuple[str, str]:
        """Return the form that all numbers allow, and a note on others.

        Numbers that fit a count of steps as well as dates are a count, unless it were
        one of more digits than anyone counts.

        Raises:
            AmbiguousTimesError: they can be read in several ways.
        """
        if not self._forms:
            return STEPS, ""
        values = self._different.values()
        common = _most_common(np.diff(values))
        as_steps = len(values) / (int(values[-1] - values[0]) // common + 1)
        forms = [form for form in self._forms if form not in self._odd]
        if not forms:
            self._refuse_odd(as_steps)
            return STEPS, ""
        shares = {form: self._regularity(form) for form in forms}
        far_apart = [
            form
            for form in forms
            if common >= _APART and (form in EPOCHS or form.startswith(_LONG))
        ]
        dates = {
            form: share
            for form, share in shares.items()
            if form in far_apart or share > 1.001 * as_steps  # not by rounding alone
        }
        if not dates:
            long = [form for form in forms if form.startswith(_LONG)]
            if long:
                raise self._refuse_all([*long, STEPS])
            listed = " or ".join(forms)
            return STEPS, (
                f"whole numbers from {self._least} to {self._most} count steps; they "
                f"would be dates with data.time_format: {listed}"
            )
        form, others = choose(dates)
        if form is None:
            raise self._refuse_all(list(dates))
        why = f": as {others[0]} they would make no regular steps" if others else ""
        return form, why

    def _refuse_odd(self, as_steps: float) -> None:
        """Refuse a number that is no date, among many that are.

        Raises:
            DataError: there is one, and they are no count of steps.
        """
        form = min(self._forms, key=lambda form: self._odd[form].count)
        odd = self._odd[form]
        if as_steps >= _REGULAR or odd.count > _SHARE * self._total:
            return
        years = "1990 to 2100" if form in EPOCHS else "1800 to 2200"
        what = f"holds {odd.value}, which is no {form} of the years {years} as the "
        what += f"others are; such numbers: {odd.count:,}"
        error = self._refuse(odd.record, what)
        error.hint = "correct it; if they count steps, set data.time_format: steps"
        raise error

    def _regularity(self, form: str) -> float:
        stamps = dates_in(self._different.values(), form).astype(np.int64)
        return regularity(np.unique(stamps))

    def _refuse_all(self, forms: list[str]) -> DataError:
        return refuse_rivals(self._table, self._name, 0, self._first, forms)

    def _too_long(self) -> DataError:
        record, number = self._long or (0, 0)
        what = f"holds {number}, which has more than {MOST_DIGITS} digits"
        return self._refuse(record, what)

    def _refuse(self, record: int, what: str) -> DataError:
        return refusal(self._table, self._name, record, what)


def _most_common(lengths: IntArray) -> int:
    """Return the most common of some differences; of none it is 1."""
    if not len(lengths):
        return 1
    values, counts = np.unique(lengths, return_counts=True)
    return int(values[np.argmax(counts)])
