"""Calendar: places on the circles of the calendar, made from time stamps."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from seqforecast.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from seqforecast.data.panel import FloatArray, Panel

CalendarName = Literal[
    "minute",
    "hour",
    "weekday",
    "day",
    "yearday",
    "week",
    "month",
    "quarter",
    "season",
]


def _weeks(stamps: "pd.DatetimeIndex") -> Any:
    """Return the ISO week as a share of the weeks of its year, which has 52 or 53."""
    import pandas as pd

    iso = stamps.isocalendar()
    years, place = np.unique(iso["year"].to_numpy(np.int64), return_inverse=True)
    # 28 December always lies in the last week of its ISO year.
    last = [pd.Timestamp(int(year), 12, 28).week for year in years]
    return (iso["week"].to_numpy(np.float64) - 1) / np.array(last)[place]


# Turns of a circle since it began; what lies between two whole units counts too where
# the unit is shorter than a day. Months and years are as long as they are, so that the
# last day is as far from the first one as any other two neighbours.
_TURNS: dict[str, Callable[["pd.DatetimeIndex"], Any]] = {
    "minute": lambda at: (at.minute + at.second / 60) / 60,
    "hour": lambda at: (at.hour + at.minute / 60 + at.second / 3600) / 24,
    "weekday": lambda at: at.day_of_week / 7,
    "day": lambda at: (at.day - 1) / at.days_in_month,
    "yearday": lambda at: (at.day_of_year - 1) / (365 + at.is_leap_year),
    "week": _weeks,
    "month": lambda at: (at.month - 1) / 12,
    "quarter": lambda at: (at.quarter - 1) / 4,
}


def check_calendar(panel: "Panel", names: Sequence[str]) -> None:
    """Refuse calendar features that the times cannot give.

    Raises:
        ConfigError: the times are whole numbers, or there is no season.
    """
    of_dates = [name for name in names if name != "season"]
    if of_dates and isinstance(panel.frequency, int):
        raise ConfigError(
            f"data.calendar: {of_dates[0]} is made from dates, but the time column "
            "holds whole numbers",
            hint="only season can be made from whole numbers",
        )
    if "season" in names and panel.season is None:
        raise ConfigError(
            "data.calendar: season, but the data have no season",
            hint="set data.season to the steps in one season",
        )


def calendar_table(
    panel: "Panel", names: Sequence[str], steps: int, anchor: Any
) -> "FloatArray":
    """Return sine and cosine of each feature, shape (steps, 2 x names), float32.

    A pair says what is near what on a circle: 23 h lies beside 0 h, Sunday beside
    Monday, and any span of it can be told from the rest by one line.

    Args:
        panel: whose steps, counted from its origin, and season are meant.
        names: checked by `check_calendar`.
        steps: how many; more than there are reach into the future.
        anchor: a time stamp at which a season begins.
    """
    columns = np.empty((steps, 2 * len(names)), np.float32)
    stamps: Any = None
    for number, name in enumerate(names):
        if name == "season":
            place = _steps_after(panel, anchor) + np.arange(steps)
            turns = place / float(panel.season or 1)
        else:
            if stamps is None:
                import pandas as pd

                stamps = pd.DatetimeIndex(panel.clocks(np.arange(steps)))
            turns = np.asarray(_TURNS[name](stamps), np.float64)
        angle = 2 * np.pi * np.mod(turns, 1.0)
        columns[:, 2 * number] = np.sin(angle)
        columns[:, 2 * number + 1] = np.cos(angle)
    return columns


def _steps_after(panel: "Panel", anchor: Any) -> int:
    """Return how many steps the panel's origin lies after the anchor."""
    if isinstance(panel.frequency, int):
        return int((panel.origin - anchor) // panel.frequency)
    import pandas as pd

    origin = panel.origin
    first, last = min(origin, anchor), max(origin, anchor)
    steps = len(pd.date_range(first, last, freq=panel.frequency)) - 1
    return steps if origin >= anchor else -steps
