"""The linear baseline learns what is linear, and falls back on the last value."""

import numpy as np
from numpy.testing import assert_allclose

from seqforecast.data.windows import index_windows
from seqforecast.evaluation.baselines import linear
from seqforecast.evaluation.baselines.linear import fit_linear, forecast_linear
from support.panels import panel_of


def windows_of(panel, first, lookback, horizon):
    """All windows whose targets start at local step `first` or later."""
    spans = np.stack([np.full(len(panel.ids), first), panel.lengths], axis=1)
    return index_windows(panel, spans, (lookback, horizon))


def forecasts_of(panel, windows, train=None, unit=None):
    unit = np.ones(len(panel.ids)) if unit is None else unit
    fitted = fit_linear(panel, train or windows, unit)
    return forecast_linear(fitted, panel, windows, unit)


def random_walk(seed, steps):
    return np.random.default_rng(seed).standard_normal(steps).cumsum()


def test_linear_learns_a_season_that_all_series_share():
    """Broken on purpose: a ridge of 10, targets one step later."""
    wave = np.sin(2 * np.pi * np.arange(120) / 12)
    panel = panel_of([wave * 3 + 10, np.roll(wave, 5) * 0.5 - 2])
    windows = windows_of(panel, 0, 14, 12)
    unit = np.array([3.0, 0.5])
    train = windows.take(windows.starts % 120 < 60)

    forecasts = forecasts_of(panel, windows, train, unit)

    assert_allclose(forecasts, windows.targets(panel.values), atol=0.03)


def test_linear_learns_a_trend_in_its_bias():
    panel = panel_of([np.arange(60) * 0.5])
    windows = windows_of(panel, 0, 5, 3)

    forecasts = forecasts_of(panel, windows)

    assert_allclose(forecasts, windows.targets(panel.values), atol=1e-6)


def test_linear_is_close_to_naive_on_a_random_walk():
    panel = panel_of([random_walk(4, 6000)])
    train = windows_of(panel, 0, 24, 6).take(slice(0, 4000))
    windows = windows_of(panel, 4100, 24, 6)
    actual = windows.targets(panel.values)

    mapped = forecasts_of(panel, windows, train)
    naive = np.repeat(windows.inputs(panel.values)[:, -1:], 6, axis=1)

    ratio = np.abs(mapped - actual).mean() / np.abs(naive - actual).mean()
    assert 0.98 < ratio < 1.03


def test_linear_matches_least_squares_where_the_ridge_is_negligible(monkeypatch):
    """Against numpy.linalg.lstsq with a column of ones; chunks of three windows."""
    panel = panel_of([random_walk(5, 200), random_walk(6, 150) * 4])
    windows = windows_of(panel, 0, 4, 2)
    unit = np.array([1.0, 4.0])
    each = unit[windows.series][:, np.newaxis]
    lookback = windows.inputs(panel.values).astype(float)
    last = lookback[:, -1:]
    inputs = np.column_stack([(lookback[:, :-1] - last) / each, np.ones(len(windows))])
    targets = (windows.targets(panel.values) - last) / each
    solution = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    monkeypatch.setattr(linear, "RIDGE", 1e-12)
    monkeypatch.setattr(linear, "VALUES_AT_ONCE", 18)

    forecasts = forecasts_of(panel, windows, unit=unit)

    assert_allclose(forecasts, last + each * (inputs @ solution), rtol=1e-6, atol=1e-6)


def test_linear_learns_from_windows_of_all_series_when_it_takes_a_few(monkeypatch):
    """Broken on purpose: the first windows instead of evenly spaced ones."""
    flat, steep = np.zeros(40), np.arange(40.0)
    panel = panel_of([flat, steep])
    windows = windows_of(panel, 0, 3, 1)
    monkeypatch.setattr(linear, "MOST_WINDOWS", 10)

    fitted = fit_linear(panel, windows, np.ones(2))

    # Both series weigh the same, so the map can tell them apart by their slopes.
    forecasts = forecast_linear(fitted, panel, windows, np.ones(2))
    assert_allclose(forecasts, windows.targets(panel.values), atol=0.01)
