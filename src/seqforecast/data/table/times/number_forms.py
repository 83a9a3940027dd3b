"""Forms of dates written as whole numbers, such as 202001 or seconds since 1970."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import IntArray

STEPS = "steps"
_SECOND, _DAY = 1_000_000, 86_400_000_000  # microseconds
_CENTURIES = (1800, 2200)
_EPOCH = (631_152_000, 4_102_444_800)  # seconds from 1970 to 1990 and to 2100
_MONDAY = 3  # 1970-01-01 was a Thursday
Dates = npt.NDArray[np.datetime64]
Valid = npt.NDArray[np.bool_]


def _months(years: IntArray, months: IntArray) -> IntArray:
    """Return the day, counted from 1970, on which a month begins."""
    counted = (12 * (years - 1970) + months - 1).astype("datetime64[M]")
    return np.asarray(counted.astype("datetime64[D]").astype(np.int64))


def _date(values: IntArray) -> tuple[IntArray, Valid]:
    """Read numbers such as 20200131."""
    years, rest = np.divmod(values, 10_000)
    months, days = np.divmod(rest, 100)
    begin, end = _months(years, months), _months(years, months + 1)
    valid = (months >= 1) & (months <= 12) & (days >= 1) & (days <= end - begin)
    return (begin + days - 1) * _DAY, valid


def _month(values: IntArray) -> tuple[IntArray, Valid]:
    years, months = np.divmod(values, 100)
    return _months(years, months) * _DAY, (months >= 1) & (months <= 12)


def _quarter(values: IntArray) -> tuple[IntArray, Valid]:
    years, quarters = np.divmod(values, 10)
    valid = (quarters >= 1) & (quarters <= 4)
    return _months(years, 3 * quarters - 2) * _DAY, valid


def _week(values: IntArray) -> tuple[IntArray, Valid]:
    """Read numbers of ISO weeks, which begin on Mondays."""
    years, weeks = np.divmod(values, 100)
    ones = np.ones_like(years)
    # 4 January always lies in the first week.
    fourth, after = (_months(years + more, ones) + 3 for more in (0, 1))
    first = fourth - (fourth + _MONDAY) % 7
    last = after - (after + _MONDAY) % 7
    begin = first + 7 * (weeks - 1)
    return begin * _DAY, (weeks >= 1) & (begin < last)


def _year_day(values: IntArray) -> tuple[IntArray, Valid]:
    years, days = np.divmod(values, 1000)
    ones = np.ones_like(years)
    begin, end = _months(years, ones), _months(years + 1, ones)
    return (begin + days - 1) * _DAY, (days >= 1) & (days <= end - begin)


def _with_time(units: int) -> Callable[[IntArray], tuple[IntArray, Valid]]:
    """Return what reads dates followed by hours, minutes and seconds: 1 to 3 units."""

    def read(values: IntArray) -> tuple[IntArray, Valid]:
        dates, rest = np.divmod(values, 100**units)
        ticks, valid = _date(dates)
        for place in range(units):
            unit = 100 ** (units - 1 - place)
            part, rest = np.divmod(rest, unit)
            valid &= part < (60 if place else 24)
            ticks = ticks + part * (_SECOND * 3600 // 60**place)
        return ticks, valid

    return read


_READERS: dict[str, tuple[int, Callable[[IntArray], tuple[IntArray, Valid]]]] = {
    # What one year takes of the numbers, and how they are read.
    "yyyyq": (10, _quarter),
    "yyyymm": (100, _month),
    "yyyyww": (100, _week),
    "yyyyddd": (1000, _year_day),
    "yyyymmdd": (10_000, _date),
    "yyyymmddhh": (1_000_000, _with_time(1)),
    "yyyymmddhhmm": (100_000_000, _with_time(2)),
    "yyyymmddhhmmss": (10_000_000_000, _with_time(3)),
}
EPOCHS = {
    "epoch_s": _SECOND,
    "epoch_ms": _SECOND // 1000,
    "epoch_us": 1,
    "epoch_ns": 0,  # a thousandth
}
"""Microseconds of one, by name; they are moments in UTC."""
CALENDAR = tuple(_READERS)
NAMES = (STEPS, *CALENDAR, *EPOCHS)
"""What `data.time_format` may be beside forms of strptime."""


def dates_in(values: IntArray, form: str, *, usual: bool = True) -> Dates:
    """Return datetime64[us], not-a-time where a number is no date of this form.

    Args:
        values: shape (numbers,).
        form: one of `NAMES` but steps.
        usual: whether only years from 1800 to 2200 are read, of epochs from 1990 to
            2100; else those from 2 to 9000.
    """
    if form in EPOCHS:
        return _since_1970(values, EPOCHS[form], usual=usual)
    size, read = _READERS[form]
    first, last = _CENTURIES if usual else (2, 9000)
    within = (values >= first * size) & (values < (last + 1) * size)
    ticks, valid = read(np.where(within, values, 2000 * size))
    dates = ticks.astype("datetime64[us]")
    dates[~(within & valid)] = np.datetime64("NaT")
    return dates


def _since_1970(values: IntArray, length: int, *, usual: bool) -> Dates:
    first, last = _EPOCH if usual else (-62_000_000_000, 221_000_000_000)
    if length:
        first, last = (end * _SECOND // length for end in (first, last))
    else:
        first, last = (end * _SECOND * 1000 for end in (first, last))
        most = np.iinfo(np.int64)
        first, last = max(first, most.min), min(last, most.max)
    within = (values >= first) & (values < last)
    ticks = values // 1000 if not length else np.where(within, values, 0) * length
    dates = ticks.astype("datetime64[us]")
    dates[~within] = np.datetime64("NaT")
    return dates
