"""Date axis: places of time stamps along an axis, ticks at round dates.

matplotlib finds the dates and writes each tick no longer than it must be; what all
ticks share, a year or a day, is its label. Stamps that are whole numbers get round
numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.figures import axis_scales
from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.figures.thinning import Doubles

DAY = np.timedelta64(1, "D")
# Days since 1970 between which matplotlib knows the calendar: years 1 to 9999.
FIRST_DAY, LAST_DAY = -719_162.0, 2_932_896.0
SHORTEST = 10 / 86_400
DAY_MS = 86_400_000
# What stands at a tick and, at the first of a longer unit, in its place.
TICKS = ["%Y", "%b", "%d", "%H:%M", "%H:%M", "%S.%f"]
FIRSTS = ["", "%Y", "%b", "%d %b", "%H:%M", "%H:%M"]
SHARED = ["", "%Y", "%B %Y", "%d %B %Y", "%d %B %Y", "%d %B %Y %H:%M"]


@dataclass(frozen=True, slots=True)
class TimeTicks:
    """Ticks of an axis of time.

    Attributes:
        places: where they are, ascending.
        texts: one each.
        label: what all of them share, as the year; may be empty.
    """

    places: tuple[float, ...]
    texts: tuple[str, ...]
    label: str = ""


def places_of(stamps: Sequence[Any] | npt.NDArray[Any]) -> Doubles:
    """Return where stamps lie: days since 1970, or the whole numbers themselves.

    Args:
        stamps: shape (steps,), datetime64 or whole numbers.
    """
    found = np.asarray(stamps)
    if found.dtype.kind == "M":
        day = found.astype("datetime64[D]")
        # A day and the rest of it: nanoseconds over centuries have too many digits.
        return np.asarray(day.astype(np.float64) + (found - day) / DAY, np.float64)
    return found.astype(np.float64)


def are_dates(stamps: Sequence[Any] | npt.NDArray[Any]) -> bool:
    """Return whether stamps are dates, and no whole numbers."""
    return np.asarray(stamps).dtype.kind == "M"


def time_ticks(ends: tuple[float, float], *, dated: bool, most: int = 6) -> TimeTicks:
    """Return at most so many ticks at round dates, or at round whole numbers.

    Args:
        ends: both ends of the axis, as of `places_of`.
        dated: whether they are dates.
        most: at least 2.
    """
    if not dated:
        places = axis_scales.whole_ticks(ends, most)
        return TimeTicks(tuple(places), tuple(f"{place:.0f}" for place in places))
    # Of less than some seconds matplotlib warns that its days have too few digits.
    if ends[0] <= FIRST_DAY or ends[1] >= LAST_DAY or ends[1] - ends[0] < SHORTEST:
        places = [ends[0] + (ends[1] - ends[0]) * share for share in (0.2, 0.8)]
        return TimeTicks(tuple(places), tuple(map(_text, places)))
    return _date_ticks(ends, most)


def _text(place: float) -> str:
    """Write any date, down to milliseconds where it has some."""
    day, rest = divmod(place, 1)
    stamp = np.datetime64(int(day), "D") + np.timedelta64(round(rest * DAY_MS), "ms")
    return str(stamp).replace("T", " ").removesuffix(".000").removesuffix(" 00:00:00")


def _date_ticks(ends: tuple[float, float], most: int) -> TimeTicks:
    import matplotlib.dates

    untyped: Any = matplotlib.dates

    # With fewer than seven the locator finds no interval for two minutes, and warns.
    locator = untyped.AutoDateLocator(minticks=3, maxticks=max(most, 7))
    found = locator.tick_values(*map(untyped.num2date, ends))
    places = [float(at) for at in found if ends[0] <= at <= ends[1]]
    places = places[:: max(-(-len(places) // most), 1)]
    formatter = untyped.ConciseDateFormatter(
        locator, formats=TICKS, zero_formats=FIRSTS, offset_formats=SHARED
    )
    texts = formatter.format_ticks(places) if places else []
    shared = formatter.get_offset()
    dates = [untyped.num2date(place) for place in places]
    for form in SHARED[1:]:
        # The last date alone would name a year that most ticks are not of.
        if dates and shared == dates[-1].strftime(form) != dates[0].strftime(form):
            shared = f"{dates[0].strftime(form)} to {shared}"
            break
    return TimeTicks(tuple(places), tuple(texts), shared)


def set_times(
    axes: Axes, ends: tuple[float, float], *, dated: bool, most: int = 6
) -> None:
    """Give the x axis its ends, ticks at round dates, and what they share as label."""
    ticks = time_ticks(ends, dated=dated, most=most)
    axes.set_xlim(*ends)
    axes.set_xticks(ticks.places, ticks.texts)
    axes.minorticks_off()
    axes.set_xlabel(ticks.label)
