"""The last value, the last season, the line through the history."""

import numpy as np

from seqforecast.data.panel import FloatArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.maker import Doubles, Forecaster, cutoffs_of


def naive(
    panel: Panel, _train: WindowIndex, _season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster that repeats the last value of the lookback."""

    def forecast(windows: WindowIndex) -> Doubles:
        last = np.asarray(panel.values[cutoffs_of(windows)], dtype=np.float64)
        return np.repeat(last[:, np.newaxis], windows.horizon, axis=1)

    return forecast


def seasonal_naive(
    panel: Panel, _train: WindowIndex, season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster that repeats the last season before the cutoff.

    The season may reach back beyond the lookback, never beyond the series. Windows
    with less than one season of history, and all windows of data without a season
    (None or 1), get the naive forecast.
    """

    def forecast(windows: WindowIndex) -> Doubles:
        cutoff = cutoffs_of(windows)
        history = cutoff - panel.offsets[windows.series] + 1
        period = season or 1
        lag = np.where(history >= period, period, 1)[:, np.newaxis]
        ahead = np.arange(windows.horizon)
        lagged = panel.values[cutoff[:, np.newaxis] + 1 - lag + ahead % lag]
        return np.asarray(lagged, dtype=np.float64)

    return forecast


def drift(
    panel: Panel, _train: WindowIndex, _season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster that extends the line from the first value to the last.

    Step h is last + h * (last - first) / (n - 1) over all n steps of the series up
    to the cutoff (Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
    2021). A history of one step has no slope: its forecast is the naive one.
    """

    def forecast(windows: WindowIndex) -> Doubles:
        cutoff = cutoffs_of(windows)
        start = panel.offsets[windows.series]
        last = np.asarray(panel.values[cutoff], dtype=np.float64)[:, np.newaxis]
        rise = last - panel.values[start][:, np.newaxis]
        steps = np.maximum(cutoff - start, 1)[:, np.newaxis]
        ahead = np.arange(1, windows.horizon + 1)
        forecasts: Doubles = last + rise / steps * ahead
        return forecasts

    return forecast
