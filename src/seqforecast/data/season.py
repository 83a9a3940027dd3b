"""Season: how many steps make one, by the calendar and by what the data show."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from seqforecast.data.autocorrelation import likely_season
from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.seasonality import chance_of_season, together

CALENDAR_SEASONS = {
    "s": 60,  # a minute
    "min": 1440,  # a day
    "h": 24,  # a day
    "D": 7,  # a week
    "B": 5,
    "C": 5,
    "W": 52,  # a year
    "SMS": 24,
    "SME": 24,
    **dict.fromkeys(("MS", "ME", "BMS", "BME", "CBMS", "CBME", "WOM", "LWOM"), 12),
    **dict.fromkeys(("QS", "QE", "BQS", "BQE", "REQ"), 4),
    **dict.fromkeys(("HYS", "HYE", "BHYS", "BHYE"), 2),
}
"""Steps of one unit in a season; units that are not here have none."""
LONGER_SEASONS = {"s": 3600, "min": 10_080, "h": 168}  # an hour, a week, a week
_UNITS = {"W": 604_800, "D": 86_400, "h": 3600, "min": 60, "s": 1}  # seconds
LONGEST_SEASON = 400  # steps of one that no calendar knows
OF_THE_CALENDAR = 4  # calendar seasons in the longest other one; longer are cycles
_SERIES = 200  # looked at, evenly spaced
_STEPS = 4000  # looked at in each, the last ones
_SEASONS = 10  # or so many seasons, where they are more steps
FEWEST_SEASONS = 1.5  # seen in a series
ENOUGH = 6  # seasons, from which on random walks show as few as noise does
FEW = 3
SLOW = 8  # steps of a season from which on a random walk more often looks like one
LEVEL = 0.04  # chance of a season where there is none
SHOWN = 0.05  # p-value below which a series of several shows a season


def calendar_season(frequency: str) -> int | None:
    """Return the steps in a season of a pandas offset alias.

    The unit's season in `CALENDAR_SEASONS` is divided by the alias's multiple: 96 for
    15min, 12 for 2h, 26 for 2W-MON. What is as long as a longer unit has its season:
    7 for 24h, 52 for 7D. None where that is not a whole number above 1.
    """
    return _steps_of(frequency, CALENDAR_SEASONS)


def calendar_seasons(frequency: str) -> tuple[int, ...]:
    """Return the calendar's season and the next longer one: 24 and 168 for h."""
    found = (_steps_of(frequency, of) for of in (CALENDAR_SEASONS, LONGER_SEASONS))
    return tuple(season for season in found if season is not None)


def _steps_of(frequency: str, seasons: dict[str, int]) -> int | None:
    offset: Any = to_offset(frequency)
    unit, count = offset.rule_code.split("-")[0], offset.n
    length = _length(offset)
    if length is not None:
        fitting = (name for name, of in _UNITS.items() if length % of == 0)
        unit = next(fitting, unit)
        count = int(length // _UNITS[unit]) if unit in _UNITS else count
    steps, rest = divmod(seasons.get(unit, 0), count)
    return steps if steps > 1 and rest == 0 else None


def _length(offset: Any) -> float | None:
    """Return the seconds of an offset of one length; None: the calendar decides."""
    if isinstance(offset, pd.offsets.Day):
        return float(offset.n * _UNITS["D"])
    if isinstance(offset, pd.offsets.Tick):
        return pd.Timedelta(offset) / pd.Timedelta(1, "s")
    return None


def infer_season(panel: Panel, stops: IntArray) -> int | None:
    """Return the season that the train parts of most series show, None if none does.

    The calendar's season is tested first, then the next longer one, then what
    autocorrelation suggests; times that are whole numbers have only that. A season
    is there where chance is ruled out for the panel, and more than half of its series
    show it by themselves (see `chance_of_season`). Series of less than one and a half
    seasons can tell nothing and do not count.

    Args:
        panel: at most 200 series, evenly spaced, are looked at.
        stops: shape (series,), local end of each train part; later values have no
            influence.
    """
    known = np.flatnonzero(stops > 1)  # by series, the others have no train part
    size = len(known)
    chosen = np.unique(np.linspace(0, size - 1, min(size, _SERIES)).astype(np.int64))
    series = [panel.series(i)[: stops[i]] for i in known[chosen].tolist()]
    dated = not isinstance(panel.frequency, int)
    natural = calendar_seasons(str(panel.frequency)) if dated else ()
    for number, season in enumerate(natural, start=1):
        if _is_shown(series, season, tests=number**2):
            return season
    longest = min(LONGEST_SEASON, OF_THE_CALENDAR * min(natural, default=100))
    return _other_season(series, longest)


def _is_shown(series: Sequence[FloatArray], season: int, tests: int) -> bool:
    """Return whether a panel shows a season.

    Args:
        series: shape (steps,) each.
        season: steps in one.
        tests: among how many the level is shared.
    """
    found = [*_chances(series, season)]
    if 2 * sum(p < SHOWN for p, _ in found) <= len(found):
        return False
    # As multiples of what each may be, since series differ in length.
    relative = np.minimum([p * LEVEL / limit for p, limit in found], 1.0)
    return together(relative) * tests <= LEVEL


def _chances(
    series: Sequence[FloatArray], season: int
) -> Iterator[tuple[float, float]]:
    """Yield the p-value of each series that is long enough, and its limit."""
    most = max(_STEPS, _SEASONS * season)
    for values in series:
        seen = min(len(values), most) / season
        if seen >= FEWEST_SEASONS:
            yield chance_of_season(values[-most:], season), _limit(season, seen)


def _limit(season: int, seen: float) -> float:
    """Return the p-value up to which a series shows a season.

    Over few seasons a random walk looks like a wave more often than the test says; by
    simulation (benchmarks/season_rates.py) a share of `LEVEL` of them is below this.
    """
    power = 1 if season < SLOW else 2.0
    few = min(max(seen, FEW) / ENOUGH, 1.0) ** power
    fewer = 10 ** (-14 * max(1 / seen - 1 / FEW, 0.0))
    return float(LEVEL * few * fewer)


def _other_season(series: Sequence[FloatArray], longest: int) -> int | None:
    """Return the lag most series vote for by autocorrelation, if they show it."""
    found = [likely_season(values[-_STEPS:], longest) for values in series]
    votes = [lag for lag in found if lag is not None]
    if 2 * len(votes) <= len(found):
        return None
    lags, counts = np.unique(votes, return_counts=True)
    season = int(lags[np.argmax(counts)])
    shown = [values for values in series if len(values) >= FEW * season]
    return season if _is_shown(shown, season, tests=longest) else None
