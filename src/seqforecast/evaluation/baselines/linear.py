"""One linear map from lookback to horizon, shared by all series."""

from dataclasses import dataclass

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.maker import Doubles, Forecaster

MOST_WINDOWS = 50_000
RIDGE = 1e-3
VALUES_AT_ONCE = 4_000_000


def linear(
    panel: Panel, train: WindowIndex, _season: int | None, unit: FloatArray
) -> Forecaster:
    """Fit one linear map on the train windows and return its forecaster."""
    fitted = fit_linear(panel, train, unit)

    def forecast(windows: WindowIndex) -> Doubles:
        return forecast_linear(fitted, panel, windows, unit)

    return forecast


@dataclass(frozen=True, slots=True, eq=False)
class LinearMap:
    """Steps after the cutoff from steps before it, both less the last value.

    Attributes:
        weights: shape (lookback, horizon), without unit.
        bias: shape (horizon,), in units of the series.
    """

    weights: Doubles
    bias: Doubles


def fit_linear(panel: Panel, train: WindowIndex, unit: FloatArray) -> LinearMap:
    """Solve NLinear in closed form (Zeng et al., Are Transformers Effective, 2023).

    Every lookback and horizon is taken relative to the last value of the lookback
    and divided by the unit of its series. Of more than 50,000 windows, as many,
    evenly spaced, are used. The bias is free; the weights carry a ridge of RIDGE
    times the mean square of the inputs, which keeps the solution defined where steps
    repeat each other: the last step is always 0, and constant data give the
    naive forecast. Memory grows with lookback * (lookback + horizon).

    Args:
        panel: where the windows lie.
        train: the windows to learn from, at least one.
        unit: shape (series,), positive, in the unit of the data.
    """
    chosen = train.take(_evenly(len(train)))
    size = train.lookback + train.horizon
    total = np.zeros(size)
    products = np.zeros((train.lookback, size))
    for windows in chosen.chunks(max(VALUES_AT_ONCE // size, 1)):
        relative = _relative(panel, windows, unit)
        total += relative.sum(axis=0)
        products += relative[:, : train.lookback].T @ relative
    mean = total / len(chosen)
    inputs, targets = mean[: train.lookback], mean[train.lookback :]
    moments = products / len(chosen)
    ridge = RIDGE * float(np.trace(moments[:, : train.lookback])) / train.lookback
    if ridge == 0.0:
        return LinearMap(np.zeros((train.lookback, train.horizon)), targets)
    covariance = moments - np.outer(inputs, mean)
    gram = covariance[:, : train.lookback] + ridge * np.eye(train.lookback)
    weights: Doubles = np.asarray(
        np.linalg.solve(gram, covariance[:, train.lookback :]), dtype=np.float64
    )
    return LinearMap(weights, targets - inputs @ weights)


def forecast_linear(
    fitted: LinearMap, panel: Panel, windows: WindowIndex, unit: FloatArray
) -> Doubles:
    """Return the forecasts, shape (windows, horizon), in the unit of the data."""
    lookback: Doubles = windows.inputs(panel.values).astype(np.float64)
    last = lookback[:, -1:]
    bias = unit[windows.series][:, np.newaxis] * fitted.bias
    forecasts: Doubles = last + (lookback - last) @ fitted.weights + bias
    return forecasts


def _relative(panel: Panel, windows: WindowIndex, unit: FloatArray) -> Doubles:
    """Return lookback and horizon less the last value, shape (windows, both)."""
    places = windows.places(windows.lookback + windows.horizon)
    values = panel.values[places].astype(np.float64)
    last = values[:, windows.lookback - 1, np.newaxis]
    relative: Doubles = (values - last) / unit[windows.series][:, np.newaxis]
    return relative


def _evenly(windows: int) -> IntArray:
    """Return which windows to learn from, in order."""
    count = min(windows, MOST_WINDOWS)
    return np.arange(count, dtype=np.int64) * windows // count
