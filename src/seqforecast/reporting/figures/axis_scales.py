"""Axis scales: limits and ticks, decided before anything is drawn.

matplotlib finds round numbers. The rest of `matplotlib.ticker` was drawn beside ours:
on a logarithmic axis it ticks powers of ten alone, two where ours are five, in texts of
mathematics, which are off here for the sake of names with a dollar sign;
`ScalarFormatter` writes a common factor into the title, `EngFormatter` 0.5 as 500m; and
no locator takes whole seasons where they fit.
"""

import math
from collections.abc import Iterable
from typing import Literal

from seqforecast.reporting.figures.style import Axes
from seqforecast.reporting.text_format import power_texts, tick_texts

LOG_FROM_RATIO = 20
DECADE = 10
ROOM = 0.06
# What stands between powers of ten on a logarithmic axis, finest first.
LOG_DIGITS = ((1, 1.2, 1.5, 2, 3, 4, 5, 6, 8), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))


def needs_log(values: Iterable[float | None], ratio: float = LOG_FROM_RATIO) -> bool:
    """Return whether values are all above 0 and the largest so many times the least."""
    known = [value for value in values if value is not None]
    return bool(known) and min(known) > 0 and max(known) >= ratio * min(known)


def limits(values: Iterable[float | None]) -> tuple[float, float]:
    """Return both ends of a linear axis that shows the values, with some room.

    Constant values lie in the middle of an axis half as long as they are large.
    """
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        room = abs(low) / 4 or 1.0
    else:
        room = (high - low) * ROOM
    return low - room, high + room


def log_limits(values: Iterable[float | None]) -> tuple[float, float]:
    """Return both ends of a logarithmic axis that shows the values above 0."""
    known = [value for value in values if value is not None and value > 0]
    if not known:
        return 0.1, 1.0
    low, high = math.log10(min(known)), math.log10(max(known))
    room = max((high - low) * ROOM, 0.1)
    return 10 ** max(low - room, -307), 10 ** min(high + room, 307)


def set_fitting(
    axes: Axes, values: Iterable[float | None], *, log: bool, most: int = 6
) -> None:
    """Give the y axis ends and ticks that fit the values.

    Values that are never below 0 get no axis below 0.
    """
    known = list(values)
    if log:
        set_log(axes, log_limits(known), most)
    else:
        low, high = limits(known)
        if all(value is None or value >= 0 for value in known):
            low = max(low, 0.0)
        set_linear(axes, "y", (low, high), most)


def set_linear(
    axes: Axes, which: Literal["x", "y"], ends: tuple[float, float], most: int = 5
) -> None:
    """Give an axis its ends and at most so many round, evenly spaced ticks."""
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10])
    ticks = [float(t) for t in locator.tick_values(*ends) if ends[0] <= t <= ends[1]]
    _set(axes, which, ends, ticks, tick_texts(ticks))


def set_steps(
    axes: Axes,
    ends: tuple[float, float],
    season: int | None = None,
    most: int = 8,
) -> None:
    """Give the x axis whole-number ticks, at whole seasons where they fit."""
    ticks = whole_ticks(ends, most, season)
    _set(axes, "x", ends, ticks, tick_texts(ticks))


def whole_ticks(
    ends: tuple[float, float], most: int, season: int | None = None
) -> list[float]:
    """Return at most so many whole numbers, at whole seasons where they fit."""
    first, last = math.ceil(ends[0]), math.floor(ends[1])
    spacing = _whole_spacing(max(last - first, 1), most, season)
    begin = math.ceil(first / spacing) * spacing
    return [float(tick) for tick in range(begin, last + 1, spacing)]


def set_log(
    axes: Axes,
    ends: tuple[float, float],
    most: int = 6,
    which: Literal["x", "y"] = "y",
) -> None:
    """Make an axis logarithmic, with ticks at powers of ten or between them."""
    scale = axes.set_yscale if which == "y" else axes.set_xscale
    scale("log", nonpositive="mask")
    axes.minorticks_off()
    ticks = log_ticks(ends, most)
    _set(axes, which, ends, ticks, power_texts(ticks))


def log_ticks(ends: tuple[float, float], most: int) -> list[float]:
    """Return at most so many ticks: the finest of the usual sets that fits.

    Powers of ten with or without numbers between, or every second, third, ... power.
    """
    low, high = math.log10(ends[0]), math.log10(ends[1])
    powers = range(math.floor(low), math.ceil(high) + 1)
    for digits in LOG_DIGITS:
        candidates = [digit * 10.0**power for power in powers for digit in digits]
        ticks = [tick for tick in candidates if ends[0] <= tick <= ends[1]]
        if len(ticks) <= most:
            return ticks
    every_other = math.ceil(len(ticks) / most)
    return [tick for tick in ticks if round(math.log10(tick)) % every_other == 0]


def _whole_spacing(length: int, most: int, season: int | None) -> int:
    """Return the smallest round number of steps that makes few enough ticks."""
    if season and season > 1 and length / season >= 2:
        return season * math.ceil(length / season / most)
    power = 1
    while True:
        for digit in (1, 2, 5):
            if length / (digit * power) <= most:
                return digit * power
        power *= 10


def _set(
    axes: Axes,
    which: Literal["x", "y"],
    ends: tuple[float, float],
    ticks: list[float],
    texts: list[str],
) -> None:
    if which == "x":
        axes.set_xlim(*ends)
        axes.set_xticks(ticks, texts)
    else:
        axes.set_ylim(*ends)
        axes.set_yticks(ticks, texts)
    axes.minorticks_off()


def set_epochs(axes: Axes, epochs: tuple[int, int]) -> None:
    """Show the first to the last epoch, with room for their points."""
    first, last = epochs
    room = max((last - first) * 0.02, 0.2 if last > first else 0.5)
    set_steps(axes, (first - room, last + room))
