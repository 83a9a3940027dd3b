"""Baselines: forecasts that need no training worth the name, and their section."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from seqforecast.data.panel import FloatArray, IntArray, Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.naive2 import Adjustment, adjust
from seqforecast.section import Section

MOST_WINDOWS = 50_000
RIDGE = 1e-3
VALUES_AT_ONCE = 4_000_000

Doubles = NDArray[np.float64]
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
BaselineName = Literal["naive", "seasonal_naive", "drift", "linear", "naive2"]
SEASONAL = "seasonal_naive"


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


def _cutoffs(windows: WindowIndex) -> IntArray:
    """Return where the last observed step of each window lies in the flat array."""
    return windows.starts + windows.lookback - 1


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


class EvaluationSection(Section):
    """The forecasts that stand beside the model's on the same windows."""

    baselines: list[BaselineName] = Field(
        default=["naive", "seasonal_naive", "drift", "linear"],
        min_length=1,
        description="forecasts to beat: naive, seasonal_naive, drift, linear, naive2 "
        "(with it, OWA); naive is always reported, listed or not",
    )

    group: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="long: a column with one value a series, whose values get scores "
        "of their own",
    )

    @field_validator("baselines")
    @classmethod
    def _name_each_once(cls, names: list[BaselineName]) -> list[BaselineName]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"each baseline is named once, got twice: {twice[0]}")
        return names

    @property
    def reported(self) -> tuple[BaselineName, ...]:
        """The baselines to report, in the order given; naive first if not given."""
        if "naive" in self.baselines:
            return tuple(self.baselines)
        return "naive", *self.baselines
