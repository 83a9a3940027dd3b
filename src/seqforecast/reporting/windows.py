"""Which windows of the test part the forecast figure shows, and what of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.reporting.bands import Band
from seqforecast.reporting.lettering import elide, stamp_texts
from seqforecast.reporting.numbers import plural
from seqforecast.reporting.thinning import Points, points_of, values_of
from seqforecast.reporting.verdict import say_errors

MOST_WINDOWS = 6
NAME_WIDTH = 30  # letters of a series name
MOST_POINTS = 600


@dataclass(frozen=True, slots=True, eq=False)
class WindowPicture:
    """One window to show.

    Attributes:
        series: the id.
        cutoff: the last observed time stamp, datetime64 or a whole number.
        lookback: what the model saw, shape (lookback,), in the unit of the data.
        truth: what came, shape (horizon,).
        model: what the model said would come, same shape.
        naive: the naive forecast, same shape.
        bands: lower and upper ends of intervals, same shape each, by level in percent.
    """

    series: str
    cutoff: Any
    lookback: npt.NDArray[Any]
    truth: npt.NDArray[Any]
    model: npt.NDArray[Any]
    naive: npt.NDArray[Any]
    bands: Mapping[float, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """One window as drawn; points are (steps after the cutoff, value).

    Attributes:
        title: which series, after which cutoff.
        past: the end of the lookback.
        truth: of the horizon; begins with the last observed value.
        model: forecasts of the model.
        naive: the naive forecast.
        bands: ends of intervals by level in percent, the widest first.
    """

    title: str
    past: Points
    truth: Points
    model: Points
    naive: Points
    bands: tuple[Band, ...] = ()

    @property
    def values(self) -> list[float]:
        """Every value the axis must show."""
        ends = [points for _, *both in self.bands for points in both]
        lines = (self.past, self.truth, self.naive, self.model, *ends)
        return [value for line in lines for value in values_of(line)]


@dataclass(frozen=True, slots=True)
class ForecastFigure:
    """What to draw.

    Attributes:
        title: the finding over the whole test part.
        caption: what is shown, and how it was chosen.
        panels: one a window, at most six.
        steps: the first step shown, at most 0, and the horizon.
        season: steps in one season, or None; ticks are whole seasons.
    """

    title: str
    caption: str
    panels: tuple[Panel, ...]
    steps: tuple[int, int]
    season: int | None


def choose_windows(total: int, count: int = MOST_WINDOWS) -> tuple[int, ...]:
    """Return the windows to show: evenly spaced from first to last, not picked.

    Args:
        total: windows of the test part.
        count: how many to show; all where there are fewer.
    """
    if total <= count:
        return tuple(range(total))
    if count == 1:
        return (total // 2,)
    return tuple(i * (total - 1) // (count - 1) for i in range(count))


def describe_forecasts(
    windows: Sequence[WindowPicture],
    test: Mapping[str, Any],
    *,
    season: int | None = None,
) -> ForecastFigure:
    """Return what to draw of windows chosen by `choose_windows`.

    Of the lookback its end is shown: three horizons, at most 150 steps or one
    horizon, at least 16 steps.

    Args:
        windows: at least one; all of the same lookback and horizon.
        test: the `test` object of metrics.json.
        season: steps in one season, or None.
    """
    lookback, horizon = len(windows[0].lookback), len(windows[0].truth)
    shown = min(lookback, max(min(3 * horizon, 150), horizon, 16))
    total, count = int(test["windows"]), len(windows)
    which = f"{count} of {total:,} test windows, evenly spaced from first to last"
    if count == total:
        which = "the only test window" if total == 1 else f"all {total} test windows"
    ahead = f"{horizon} {plural('step', horizon)} ahead"
    return ForecastFigure(
        title=f"{ahead.capitalize()}: {say_errors(test)}",
        caption=f"{which[0].upper()}{which[1:]}, in the unit of the data",
        panels=panels_of(windows, shown),
        steps=(1 - shown, horizon),
        season=season,
    )


def panels_of(windows: Sequence[WindowPicture], shown: int) -> tuple[Panel, ...]:
    """Return what to draw of each window, so many steps of the lookback."""
    cutoffs = stamp_texts([window.cutoff for window in windows])
    pairs = zip(windows, cutoffs, strict=True)
    return tuple(_panel(window, cutoff, shown) for window, cutoff in pairs)


def _panel(window: WindowPicture, cutoff: str, shown: int) -> Panel:
    horizon = len(window.truth)
    future = np.arange(1, horizon + 1)
    past = window.lookback[-shown:]
    return Panel(
        title=f"{elide(window.series, NAME_WIDTH)}, after {cutoff}",
        past=points_of(np.arange(1 - shown, 1), past, MOST_POINTS),
        truth=points_of(
            np.arange(horizon + 1), np.append(past[-1], window.truth), MOST_POINTS
        ),
        model=points_of(future, window.model, MOST_POINTS),
        naive=points_of(future, window.naive, MOST_POINTS),
        bands=tuple(
            (
                level,
                points_of(future, window.bands[level][0], MOST_POINTS),
                points_of(future, window.bands[level][1], MOST_POINTS),
            )
            for level in sorted(window.bands, reverse=True)
        ),
    )
