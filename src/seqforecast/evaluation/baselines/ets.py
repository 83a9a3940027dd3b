"""Exponential smoothing: level, slope and damping weighed by one-step errors.

What AutoETS searches for each series (Hyndman, Koehler, Ord and Snyder, 2008), on a
grid; instead of the best model alone, each has its Akaike weight, which is steadier
where the history is short (Kolassa, 2011). Seasons, ratios or differences, are taken
off before.
"""

from collections.abc import Callable

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.histories import forecast_smoothed
from seqforecast.evaluation.baselines.maker import Doubles, Forecaster
from seqforecast.evaluation.baselines.smoothing import Grid, Pass, weigh_or_naive

LEVELS_ALONE = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
LEVELS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)
SLOPES = (0.03, 0.1, 0.2, 0.4)  # of what the level takes; only damped slopes change
DAMPING = (0.8, 0.9, 0.95)
NO_SLOPE, FIXED_SLOPE, DAMPED_SLOPE = 2, 3, 5  # parameters, first states included


def ets(
    panel: Panel, _train: WindowIndex, season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster by exponential smoothing; see the module.

    Everything is learnt at each cutoff from the steps of the series before it, at most
    the last 400 or five of the longest season. Fewer than four get the naive forecast.
    """
    return forecast_smoothed(panel, season, ets_grid(), _damped)


def ets_grid() -> Grid:
    """Return smoothing without a slope, with one that stays, and with damped ones."""
    cells = [(level, 0.0, 1.0, 0, NO_SLOPE) for level in LEVELS_ALONE]
    cells += [(level, 0.0, 1.0, 1, FIXED_SLOPE) for level in LEVELS]
    cells += [
        (level, level * slope, damping, 1, DAMPED_SLOPE)
        for level in LEVELS
        for slope in SLOPES
        for damping in DAMPING
    ]
    return Grid(*np.array(cells, dtype=np.float64).T)


def _damped(
    _values: Doubles, _rows: IntArray, _ends: IntArray, horizon: int
) -> Callable[[Pass], Doubles]:
    """Return what makes forecasts of a pass."""
    ahead = np.arange(1, horizon + 1)

    def forecast(done: Pass) -> Doubles:
        squares, level, slope = _best_start(done)
        weights = weigh_or_naive(
            squares, done.steps, done.grid.parameters, len(LEVELS_ALONE) - 1
        )
        reach = np.cumsum(done.grid.damping[:, np.newaxis] ** ahead, axis=1)
        flat = (weights * level).sum(axis=1, keepdims=True)
        forecasts: Doubles = flat + (weights * slope) @ reach
        return forecasts

    return forecast


def _best_start(done: Pass) -> tuple[Doubles, Doubles, Doubles]:
    """Return squared errors, level and slope now from the start with the least."""
    level_by_level, level_by_slope, slope_by_slope = done.gram
    sloped = done.grid.has_slope > 0
    product = level_by_level * slope_by_slope
    rest = product - level_by_slope**2
    known = ~sloped | (rest > 1e-9 * product)
    rest = np.where(sloped & known, rest, 1.0)
    level = slope_by_slope * done.by_level - level_by_slope * done.by_slope
    level = np.where(sloped, level / rest, done.by_level / level_by_level)
    slope = level_by_level * done.by_slope - level_by_slope * done.by_level
    slope = np.where(sloped, slope / rest, 0.0)
    squares = done.squares - level * done.by_level - slope * done.by_slope
    squares = np.where(known, squares, np.inf)
    now, slope_now = (
        state + by_level * level + by_slope * slope
        for state, (by_level, by_slope) in zip(
            (done.level, done.slope), done.moved, strict=True
        )
    )
    return squares, now, slope_now
