"""Frequency: what the step between two time stamps is called."""

import pandas as pd
from pandas.tseries.frequencies import to_offset

_DAY = 86_400_000_000  # microseconds
_MONTH = 30.436875  # days, the mean of the Gregorian calendar


def likely_aliases(
    earliest: int, latest: int, common: int, *, weekdays: bool
) -> list[str]:
    """Return the aliases a difference between stamps may stand for, likeliest first.

    Args:
        earliest: the first time stamp of all, in microseconds since 1970.
        latest: the last one.
        common: the most common difference, in microseconds.
        weekdays: whether no stamp falls on a Saturday or Sunday.
    """
    days, rest = divmod(common, _DAY)
    if rest:
        return [str(to_offset(pd.Timedelta(common, "us")).freqstr)]
    first = pd.Timestamp(earliest, unit="us")
    months = round(days / _MONTH)
    aliases = []
    if months and abs(days - months * _MONTH) <= 3:
        aliases = _calendar_aliases(months, first.month)
    if days % 7 == 0:
        weeks = "" if days == 7 else str(days // 7)
        return [*aliases, f"{weeks}W-{first:%a}".upper()]
    if days == 1 and weekdays and latest - earliest >= 7 * _DAY:
        return ["B"]
    return [*aliases, "D" if days == 1 else f"{days}D"]


def _calendar_aliases(months: int, month: int) -> list[str]:
    names = [f"{pd.Timestamp(2000, m, 1):%b}".upper() for m in range(1, 13)]
    count, unit, start, end = months, "M", "", ""
    if months % 12 == 0:
        count, unit, start = months // 12, "Y", f"-{names[month - 1]}"
        end = start
    elif months == 3:
        count, unit, start = 1, "Q", f"-{names[(month - 1) % 3]}"
        end = f"-{names[(month - 1) % 3 + 9]}"
    number = "" if count == 1 else str(count)
    suffixes = (f"{unit}S{start}", f"{unit}E{end}")
    return [f"{number}{kind}{suffix}" for kind in ("", "B") for suffix in suffixes]
