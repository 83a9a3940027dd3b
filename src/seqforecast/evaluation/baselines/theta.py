"""The theta method, with what it leaves open weighed instead of chosen.

Assimakopoulos and Nikolopoulos (2000) bend the adjusted series: the forecast is simple
exponential smoothing plus a part of the slope of the line through the history (Hyndman
and Billah, 2003), half of it for theta = 2. Fiorucci et al. (2016) choose theta and the
smoothing by one-step errors; here every pair gets its Akaike weight.
"""

from collections.abc import Callable

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.histories import forecast_smoothed
from seqforecast.evaluation.baselines.maker import Doubles, Forecaster
from seqforecast.evaluation.baselines.smoothing import Grid, Pass, weigh_or_naive

LEVELS = (0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
PARTS = np.array([0.0, 0.5, 1.0])  # of the slope, 1 - 1 / theta: theta 1, 2, infinite
PARAMETERS = 3  # smoothing, first level, theta


def theta(
    panel: Panel, _train: WindowIndex, season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster by the theta method; see the module.

    Everything is learnt at each cutoff from the steps of the series before it, at most
    the last 400 or five of the longest season. Fewer than five get the naive forecast.
    """
    size = len(LEVELS)
    none, one = np.zeros(size), np.ones(size)
    grid = Grid(np.array(LEVELS), none, one, one, np.full(size, float(PARAMETERS)))
    return forecast_smoothed(panel, season, grid, _along_the_line)


def _along_the_line(
    values: Doubles, rows: IntArray, ends: IntArray, horizon: int
) -> Callable[[Pass], Doubles]:
    """Return what makes forecasts of a pass, given the slopes of the histories."""
    slopes = line_slopes(values, rows, ends)
    ahead = np.arange(horizon)

    def forecast(done: Pass) -> Doubles:
        slope = slopes[done.which, np.newaxis, np.newaxis] * PARTS
        level_by_level, level_by_slope, slope_by_slope = done.gram[..., np.newaxis]
        by_level = done.by_level[..., np.newaxis] - slope * level_by_slope
        start = by_level / level_by_level
        squares = done.squares[..., np.newaxis] - by_level * start
        squares = squares - slope * (
            2 * done.by_slope[..., np.newaxis] - slope * slope_by_slope
        )
        moved = done.moved[0, :, :, np.newaxis]
        level = done.level[..., np.newaxis] + moved[0] * start + moved[1] * slope
        shape = len(slope), level.shape[1] * len(PARTS)
        parameters = np.repeat(done.grid.parameters, len(PARTS))
        weights = weigh_or_naive(
            squares.reshape(shape), done.steps, parameters, shape[1] - len(PARTS)
        ).reshape(level.shape)
        first = (weights * (level + slope)).sum(axis=(1, 2))[:, np.newaxis]
        rise = (weights * slope).sum(axis=(1, 2))[:, np.newaxis]
        forecasts: Doubles = first + rise * ahead
        return forecasts

    return forecast


def line_slopes(values: Doubles, rows: IntArray, ends: IntArray) -> Doubles:
    """Return the slope of the least-squares line through each history, (windows,)."""
    time = np.arange(1, values.shape[1] + 1)
    sums = np.cumsum(values, axis=1)[rows, ends - 1]
    moments = np.cumsum(values * time, axis=1)[rows, ends - 1]
    size = ends.astype(np.float64)
    slopes: Doubles = (moments - sums * (size + 1) / 2) * 12
    return slopes / np.maximum(size * (size**2 - 1), 1.0)
