"""Baselines forecast what their names promise, and never look ahead."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from seqforecast.data.windows import count_windows, index_windows
from seqforecast.evaluation.baselines import registry
from seqforecast.evaluation.baselines.registry import (
    ALWAYS,
    BASELINES,
    baselines_on,
    choose_baselines,
    maker_of,
    repeated,
)
from seqforecast.evaluation.baselines.statistical import STATISTICAL
from support.panels import panel_of

# What another library forecasts is tested beside it: test_statistical.
OWN = [name for name in BASELINES if name not in STATISTICAL]


def windows_of(panel, first, lookback, horizon):
    """All windows whose targets start at local step `first` or later."""
    spans = np.stack([np.full(len(panel.ids), first), panel.lengths], axis=1)
    return index_windows(panel, spans, (lookback, horizon))


def forecasts_of(name, panel, windows, season=None, train=None):
    maker = BASELINES[name]
    forecaster = maker(panel, train or windows, season, np.ones(len(panel.ids)))
    return forecaster(windows)


def random_walk(seed, steps):
    return np.random.default_rng(seed).standard_normal(steps).cumsum()


@pytest.mark.parametrize("name", OWN)
def test_a_baseline_reads_nothing_after_the_cutoff(name):
    """Broken on purpose: `last` of drift one step later, `last` of forecast_linear
    taken from the targets."""
    panel = panel_of([random_walk(0, 60), random_walk(1, 60)])
    train = windows_of(panel, 0, 4, 3).take(slice(0, 20))
    window = count_windows(np.array([36]), np.array([1]), (4, 3))
    forecaster = BASELINES[name](panel, train, 7, np.ones(2))
    rewritten = panel.values.copy()
    rewritten[40:60] = 1e6

    before = forecaster(window)
    after = BASELINES[name](replace(panel, values=rewritten), train, 7, np.ones(2))

    assert_allclose(after(window), before, rtol=0)
    assert before.shape == (1, 3)
    assert before.dtype == np.float64


@pytest.mark.parametrize("name", OWN)
def test_no_windows_have_no_forecasts(name):
    """Broken on purpose: histories of nothing gathered."""
    panel = panel_of([random_walk(0, 30)])
    train = windows_of(panel, 0, 4, 3)
    forecaster = BASELINES[name](panel, train, 7, np.ones(1))
    assert forecaster(train.take(slice(0, 0))).shape == (0, 3)


@pytest.mark.parametrize("name", OWN)
def test_constant_series_are_forecast_exactly(name):
    panel = panel_of([[5.0] * 30, [-2.0] * 30])
    windows = windows_of(panel, 10, 6, 4)

    forecasts = forecasts_of(name, panel, windows, season=3)

    assert_allclose(forecasts, windows.targets(panel.values))


@pytest.mark.parametrize("name", OWN)
@given(factor=st.floats(0.01, 100), seed=st.integers(0, 9))
def test_forecasts_scale_with_the_data(name, factor, seed):
    walk = random_walk(seed, 50).astype(np.float32).astype(float)
    small, large = panel_of([walk]), panel_of([walk * factor])
    windows = windows_of(small, 0, 5, 3)
    make = BASELINES[name]

    one = make(small, windows, 7, np.array([1.0]))(windows)
    other = make(large, windows, 7, np.array([factor]))(windows)

    assert_allclose(other, one * factor, rtol=1e-4, atol=1e-4 * factor)


@pytest.mark.parametrize(
    ("frequency", "own", "seasons"),
    [
        ("MS", 12, {"seasonal_naive": 12}),
        ("MS", None, {"seasonal_naive": 12}),
        ("MS", 1, {"seasonal_naive": 12}),
        ("24h", None, {"seasonal_naive": 7}),
        ("h", 168, {"seasonal_naive": 24, "seasonal_naive_168": 168}),
        ("YS-JAN", 11, {"seasonal_naive": 11}),
        ("YS-JAN", None, {}),
        (1, 7, {"seasonal_naive": 7}),
        (1, None, {}),
    ],
)
def test_seasonal_naive_repeats_the_calendars_season(frequency, own, seasons):
    """Also where the model has none; its own, if another, stands beside it.

    Broken on purpose: the model's alone; months without a season had none.
    """
    panel = replace(panel_of([random_walk(2, 30)]), frequency=frequency, season=own)
    found = baselines_on(panel, ["naive", "seasonal_naive", "naive2"])
    assert repeated(found) == seasons
    assert [*found] == ["naive", *(seasons or ["seasonal_naive"]), "naive2"]
    assert found["naive2"] == own
    assert repeated(baselines_on(panel, ["naive", "drift"])) == {}


def test_auto_has_ets_where_it_takes_seconds(monkeypatch):
    """Broken on purpose: always."""
    panel = panel_of([random_walk(2, 30)])
    windows = windows_of(panel, 10, 4, 3)
    assert choose_baselines(panel, windows) == [*ALWAYS, "ets"]
    monkeypatch.setattr(registry, "ETS_STEPS", 300)
    assert choose_baselines(panel, windows) == [*ALWAYS]


def test_the_model_s_own_season_is_made_by_the_same_maker():
    assert maker_of("seasonal_naive_168") is BASELINES["seasonal_naive"]
    assert [maker_of(name) for name in BASELINES] == [*BASELINES.values()]
