"""The baselines by name, and which of them to report on data."""

from collections.abc import Iterable, Mapping
from typing import Literal

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.ets import ets
from seqforecast.evaluation.baselines.histories import count_steps
from seqforecast.evaluation.baselines.linear import linear
from seqforecast.evaluation.baselines.maker import Maker
from seqforecast.evaluation.baselines.naive2 import naive2
from seqforecast.evaluation.baselines.simple import drift, naive, seasonal_naive
from seqforecast.evaluation.baselines.statistical import STATISTICAL, statistical
from seqforecast.evaluation.baselines.theta import theta

BASELINES: Mapping[str, Maker] = {
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "drift": drift,
    "linear": linear,
    "theta": theta,
    "ets": ets,
    "naive2": naive2,
    **{name: statistical(name) for name in STATISTICAL},
}
BaselineName = Literal[
    "naive",
    "seasonal_naive",
    "drift",
    "linear",
    "theta",
    "ets",
    "naive2",
    "auto_ets",
    "auto_theta",
    "auto_arima",
]
SEASONAL = "seasonal_naive"
ALWAYS: tuple[BaselineName, ...] = (
    "naive",
    "seasonal_naive",
    "drift",
    "linear",
    "theta",
)
ETS_STEPS = 2_000_000  # smoothed in some five seconds


def choose_baselines(panel: Panel, windows: WindowIndex) -> list[BaselineName]:
    """Return the baselines that `auto` stands for: `ets` where it takes seconds."""
    is_quick = count_steps(panel, windows) <= ETS_STEPS
    return [*ALWAYS, "ets"] if is_quick else [*ALWAYS]


def baselines_on(panel: Panel, names: Iterable[str]) -> dict[str, int | None]:
    """Return the baselines to report on data, and the season of each.

    The seasonal naive forecast repeats the calendar's season, also where the model has
    none: it is the one that anybody would try. Where the model has another season, that
    one is repeated too, as `seasonal_naive_168`; and it is the only one where the
    times are whole numbers or the calendar has none.

    Args:
        panel: its frequency and its season are read.
        names: those asked for, in order.
    """
    from seqforecast.data.season import calendar_season

    frequency, own = panel.frequency, panel.season
    usual = None if isinstance(frequency, int) else calendar_season(frequency)
    seasons: dict[str, int | None] = {}
    for name in names:
        seasons[name] = (usual or own) if name == SEASONAL else own
        if name == SEASONAL and usual and (own or 1) not in (1, usual):
            seasons[f"{SEASONAL}_{own}"] = own
    return seasons


def maker_of(name: str) -> Maker:
    """Return the maker of a baseline, by a name as `baselines_on` returns it."""
    return BASELINES[SEASONAL if name.startswith(f"{SEASONAL}_") else name]


def repeated(seasons: Mapping[str, int | None]) -> dict[str, int]:
    """Return the season of each seasonal naive forecast that has one, by name."""
    return {
        name: season
        for name, season in seasons.items()
        if name.startswith(SEASONAL) and season is not None
    }
