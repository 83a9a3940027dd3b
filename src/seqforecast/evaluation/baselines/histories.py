"""What lies before cutoffs, gathered so that many are smoothed in one pass.

Cutoffs of a series that are near each other share a history: its season and its scale
are learnt from what comes before all of them, and a pass over it stops at each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.maker import Doubles, Forecaster, cutoffs_of
from seqforecast.evaluation.baselines.seasonal_factors import find_seasons
from seqforecast.evaluation.baselines.smoothing import Grid, Pass, smooth

# Gets the adjusted values of histories, the history and the end of each window, and the
# horizon; what it returns makes forecasts, shape (windows, horizon), of a pass.
Smoother = Callable[[Doubles, IntArray, IntArray, int], Callable[[Pass], Doubles]]

MOST_STEPS = 400  # of a history that are looked at, where no season is long
MOST_SEASONS = 5  # or so many of the longest season
LONGEST_SEASON = 700
APART = 200
CELLS_AT_ONCE = 50_000
MOST_WINDOWS = 10_000  # that tell how long all take


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Histories side by side, each from its first step on.

    Attributes:
        values: shape (histories, steps); after its last cutoff, each repeats its value.
        lengths: shape (histories,), steps up to the first cutoff that it may serve.
        rows: shape (windows,), the history of each window.
        ends: shape (windows,), how many of its steps came before the window's targets.
    """

    values: Doubles
    lengths: IntArray
    rows: IntArray
    ends: IntArray


def seasons_of(panel: Panel, season: int | None) -> tuple[int, ...]:
    """Return the seasons to look for, shorter ones first.

    The panel's, and the calendar's longer one that is made of whole ones: the week of
    hourly data beside the day. None where the panel has none.
    """
    if season is None or not 1 < season <= LONGEST_SEASON:
        return ()
    if isinstance(panel.frequency, int):
        return (season,)
    from seqforecast.data.season import calendar_seasons

    longer = [
        other
        for other in calendar_seasons(panel.frequency)
        if season < other <= LONGEST_SEASON and other % season == 0
    ]
    shorter = [
        other for other in calendar_seasons(panel.frequency) if season % other == 0
    ]
    return tuple(sorted({*shorter, season, *longer}))


def forecast_smoothed(
    panel: Panel, season: int | None, grid: Grid, forecast: Smoother
) -> Forecaster:
    """Return a forecaster that takes seasons off, smooths the rest and restores them.

    Args:
        panel: where the windows lie.
        season: steps in one; None or 1: there is none.
        grid: of parameters.
        forecast: makes forecasts of what a pass knows.
    """
    seasons = seasons_of(panel, season)
    most = max([MOST_STEPS, *(MOST_SEASONS * each for each in seasons)])
    at_once = max(CELLS_AT_ONCE // len(grid.level), 1)

    def of(windows: WindowIndex) -> Doubles:
        forecasts = np.empty((len(windows), windows.horizon))
        for which, histories in gather(panel, windows, most, at_once):
            adjusted, layers = find_seasons(
                histories.values, histories.lengths, seasons
            )
            center, spread = _scale(adjusted, histories.lengths)
            values = (adjusted - center) / spread
            rows, ends = histories.rows, histories.ends
            made = smooth(
                values, rows, ends, grid, forecast(values, rows, ends, windows.horizon)
            )
            made = made * spread[rows] + center[rows]
            for layer in reversed(layers):
                made = layer.restore(made, rows, ends)
            forecasts[which] = made
        return forecasts

    return of


def gather(
    panel: Panel, windows: WindowIndex, most: int, at_once: int
) -> Iterator[tuple[IntArray, Histories]]:
    """Yield which windows, and their histories, so many histories at a time.

    Which history serves a cutoff depends on nothing but the cutoff, so that a forecast
    is the same with whichever others it is asked for.

    Args:
        panel: where the windows lie.
        windows: whose cutoffs are forecast from.
        most: steps of a history.
        at_once: histories.
    """
    if not len(windows):
        return
    cutoffs = cutoffs_of(windows)
    anchors, starts = _anchors(panel, windows, most)
    unique, first, rows = np.unique(anchors, return_index=True, return_inverse=True)
    last = np.zeros(len(unique), np.int64)
    np.maximum.at(last, rows, cutoffs)
    starts = starts[first]
    # Of similar length together, so that few steps are read in vain.
    for chosen in np.array_split(
        np.argsort(last - starts, kind="stable"), -(-len(unique) // at_once)
    ):
        place = np.full(len(unique), -1)
        place[chosen] = np.arange(len(chosen))
        which = np.flatnonzero(place[rows] >= 0)
        steps = np.arange(int((last - starts)[chosen].max()) + 1)
        at = np.minimum(starts[chosen, np.newaxis] + steps, last[chosen, np.newaxis])
        yield (
            which,
            Histories(
                np.asarray(panel.values[at], dtype=np.float64),
                unique[chosen] - starts[chosen] + 1,
                place[rows[which]],
                cutoffs[which] - starts[rows[which]] + 1,
            ),
        )


def count_steps(panel: Panel, windows: WindowIndex) -> int:
    """Return about how many steps a pass takes for the windows, all histories told."""
    if not len(windows):
        return 0
    sample = windows.thinned(MOST_WINDOWS)
    anchors, starts = _anchors(panel, sample, MOST_STEPS)
    # Of all windows as many share a history as of the steps that each can serve.
    local = cutoffs_of(sample) - panel.offsets[sample.series]
    each = (anchors - starts + 1) / _apart(local, MOST_STEPS)
    return int(each.mean() * len(windows))


def _anchors(
    panel: Panel, windows: WindowIndex, most: int
) -> tuple[IntArray, IntArray]:
    """Return where each window's history ends for all it may serve, and begins."""
    cutoffs, begins = cutoffs_of(windows), panel.offsets[windows.series]
    local = cutoffs - begins
    anchors = cutoffs - local % _apart(local, most)
    return anchors, np.maximum(anchors - most + 1, begins)


def _apart(local: IntArray, most: int) -> IntArray:
    """Return how many cutoffs may share a history: more, the longer it is."""
    return 2 ** np.log2(np.clip(local // APART, 1, most // 8)).astype(np.int64)


def _scale(values: Doubles, lengths: IntArray) -> tuple[Doubles, Doubles]:
    """Return mean and deviation of what may be learnt from, shape (histories, 1)."""
    before = np.arange(values.shape[1]) < lengths[:, np.newaxis]
    size = lengths[:, np.newaxis]
    center = np.where(before, values, 0.0).sum(axis=1, keepdims=True) / size
    squares = np.where(before, (values - center) ** 2, 0.0).sum(axis=1, keepdims=True)
    spread = np.sqrt(squares / size)
    return center, np.where(spread > 0, spread, 1.0)
