"""Exponential smoothing of many histories, for a grid of parameters in one pass.

With fixed parameters the errors are linear in the level and the slope at the start, so
that the best start is known in closed form after every step: the pass runs from a start
of 0 and keeps the sums from which errors and states of the best start follow (as
Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, 2008, ch. 5,
find it by search).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seqforecast.data.panel import IntArray
from seqforecast.evaluation.baselines.maker import Doubles

TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Parameters to try, each of shape (grid,).

    Attributes:
        level: of an error, what the level takes, above 0 and at most 1.
        slope: of an error, what the slope takes.
        damping: what a step leaves of the slope.
        has_slope: whether it starts with one that is not 0.
        parameters: that count as chosen from the data, starts included.
    """

    level: Doubles
    slope: Doubles
    damping: Doubles
    has_slope: Doubles
    parameters: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """What a pass knows of some histories after as many steps.

    Attributes:
        grid: of the pass.
        steps: taken so far.
        which: shape (windows,), places of these windows among those asked for.
        moved: shape (2, 2, grid): of [level, slope] now, what [level, slope] at the
            start add.
        gram: shape (3, grid): sums of products of the sensitivities: level by level,
            level by slope, slope by slope.
        level: from a start of 0; shape (windows, grid), as the next four.
        slope: from a start of 0.
        squares: sum of squared one-step errors from a start of 0.
        by_level: sum of these errors times their sensitivity to the first level.
        by_slope: the same of the first slope.
    """

    grid: Grid
    steps: int
    which: IntArray
    moved: Doubles
    gram: Doubles
    level: Doubles
    slope: Doubles
    squares: Doubles
    by_level: Doubles
    by_slope: Doubles


def smooth(
    values: Doubles,
    rows: IntArray,
    ends: IntArray,
    grid: Grid,
    forecast: Callable[[Pass], Doubles],
) -> Doubles:
    """Return forecasts of histories from several ends, shape (windows, horizon).

    Args:
        values: shape (histories, steps), near 0 and of a deviation near 1.
        rows: shape (windows,), the history of each window.
        ends: shape (windows,), how many of its steps came before, at least 1.
        grid: of parameters.
        forecast: makes forecasts, shape (windows, horizon), of a pass.
    """
    histories, size = len(values), len(grid.level)
    level, slope, squares, by_level, by_slope = np.zeros((5, histories, size))
    # Sensitivities are the same for all histories, since all start at their first step.
    moved, gram = np.zeros((2, 2, size)), np.zeros((3, size))
    moved[0, 0], moved[1, 1] = 1.0, grid.has_slope
    parts = []
    order = np.argsort(ends, kind="stable")
    stops = np.searchsorted(ends[order], np.arange(1, values.shape[1] + 2))
    for step in range(int(ends.max(initial=0))):
        slope *= grid.damping
        level += slope
        error = values[:, step : step + 1] - level
        sensitive = moved[0] + grid.damping * moved[1]
        squares += error * error
        by_level += error * sensitive[0]
        by_slope += error * sensitive[1]
        gram += sensitive[[0, 0, 1]] * sensitive[[0, 1, 1]]
        level += grid.level * error
        slope += grid.slope * error
        moved = np.stack(
            [
                sensitive * (1 - grid.level),
                grid.damping * moved[1] - grid.slope * sensitive,
            ]
        )
        which = order[stops[step] : stops[step + 1]]
        if len(which):
            of = rows[which]
            states = [each[of] for each in (level, slope, squares, by_level, by_slope)]
            done = Pass(grid, step + 1, which, moved, gram, *states)
            parts.append(forecast(done))
    forecasts = np.concatenate(parts)
    return forecasts[np.argsort(order)]


def weigh(squares: Doubles, steps: int, parameters: Doubles) -> Doubles:
    """Return Akaike weights by the corrected criterion, same shape; rows sum to 1.

    Args:
        squares: sums of squared one-step errors, shape (windows, candidates); infinite
            ones get no weight.
        steps: how many errors each is of.
        parameters: shape (candidates,), chosen from the data.
    """
    free = steps - parameters - 1
    usable = np.isfinite(squares) & (free > 0)
    least = 1e-10 * np.max(squares, axis=1, keepdims=True, where=usable, initial=TINY)
    penalty = 2 * parameters * (1 + (parameters + 1) / np.maximum(free, 1))
    with np.errstate(invalid="ignore"):
        criterion = steps * np.log(np.maximum(squares, least)) + penalty
    criterion = np.where(usable, criterion, np.inf)
    best = criterion.min(axis=1, keepdims=True)
    weights = np.exp(-0.5 * (criterion - np.where(np.isfinite(best), best, 0.0)))
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1.0), dtype=np.float64)


def weigh_or_naive(
    squares: Doubles, steps: int, parameters: Doubles, naive: int
) -> Doubles:
    """Return Akaike weights; where too few steps tell anything, all to one candidate.

    Args:
        squares: as of `weigh`.
        steps: as of `weigh`.
        parameters: as of `weigh`.
        naive: which candidate repeats the last value.
    """
    weights = weigh(squares, steps, parameters)
    weights[~weights.any(axis=1), naive] = 1.0
    return weights
