"""Baselines: forecasts that need no training worth the name."""

from collections.abc import Callable, Mapping

import numpy as np

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.linear import Doubles, fit_linear, forecast_linear
from seqforecast.evaluation.naive2 import Adjustment, adjust

Forecaster = Callable[[WindowIndex], Doubles]
Maker = Callable[[Panel, WindowIndex, int | None, FloatArray], Forecaster]


def naive(
    panel: Panel, _train: WindowIndex, _season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster that repeats the last value of the lookback."""

    def forecast(windows: WindowIndex) -> Doubles:
        last = np.asarray(panel.values[_cutoffs(windows)], dtype=np.float64)
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
        cutoff = _cutoffs(windows)
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
        cutoff = _cutoffs(windows)
        start = panel.offsets[windows.series]
        last = np.asarray(panel.values[cutoff], dtype=np.float64)[:, np.newaxis]
        rise = last - panel.values[start][:, np.newaxis]
        steps = np.maximum(cutoff - start, 1)[:, np.newaxis]
        ahead = np.arange(1, windows.horizon + 1)
        forecasts: Doubles = last + rise / steps * ahead
        return forecasts

    return forecast


def linear(
    panel: Panel, train: WindowIndex, _season: int | None, unit: FloatArray
) -> Forecaster:
    """Fit one linear map on the train windows and return its forecaster."""
    fitted = fit_linear(panel, train, unit)

    def forecast(windows: WindowIndex) -> Doubles:
        return forecast_linear(fitted, panel, windows, unit)

    return forecast


def naive2(
    panel: Panel, _train: WindowIndex, season: int | None, _unit: FloatArray
) -> Forecaster:
    """Return a forecaster that repeats the seasonally adjusted last value.

    Step h is last / factor of its place in the season * factor of step h's. The
    factors are learnt from all of the series up to the cutoff, and are 1 where that
    is not seasonal (see `Adjustment`); data without a season (None or 1) get the
    naive forecast. Each series is looked at once, however many windows it has.
    """
    if season is None or season == 1:
        return naive(panel, _train, season, _unit)
    latest: dict[int, Adjustment] = {}

    def forecast(windows: WindowIndex) -> Doubles:
        cutoff, series = _cutoffs(windows), windows.series
        lengths = cutoff - panel.offsets[series] + 1
        factors = np.empty((len(windows), season))
        for i in np.unique(series).tolist():
            if i not in latest:
                latest.clear()
                latest[i] = adjust(panel.series(i), season)
            mine = series == i
            factors[mine] = latest[i].factors(lengths[mine])
        ahead = (lengths[:, np.newaxis] - 1 + np.arange(windows.horizon + 1)) % season
        factors = np.take_along_axis(factors, ahead, axis=1)
        last = np.asarray(panel.values[cutoff], dtype=np.float64)[:, np.newaxis]
        forecasts: Doubles = last / factors[:, :1] * factors[:, 1:]
        return forecasts

    return forecast


def _cutoffs(windows: WindowIndex) -> IntArray:
    """Return where the last observed step of each window lies in the flat array."""
    return windows.starts + windows.lookback - 1


# A maker gets the panel, the train windows, the season and the unit of each series,
# shape (series,), positive. Its forecaster returns shape (windows, horizon), float64,
# in the unit of the data, and reads nothing after a window's cutoff.
BASELINES: Mapping[str, Maker] = {
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "drift": drift,
    "linear": linear,
    "naive2": naive2,
}
