"""The simplest forecasts are what their names promise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from seqforecast.data.windows import count_windows, index_windows
from seqforecast.evaluation.baselines.registry import BASELINES
from support.panels import panel_of


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


def test_naive_repeats_the_last_value():
    panel = panel_of([[1.0, 2.0, 4.0, 8.0, 16.0]])

    forecasts = forecasts_of("naive", panel, windows_of(panel, 3, 2, 2))

    assert_allclose(forecasts, [[4.0, 4.0]])


def test_seasonal_naive_repeats_the_season_from_before_the_lookback():
    """By hand: cutoff 3, season 3, so steps 1, 2, 3 come again and again.

    Broken on purpose: everything one step later.
    """
    panel = panel_of([[9.0, 1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]])

    forecasts = forecasts_of("seasonal_naive", panel, windows_of(panel, 4, 1, 5), 3)

    assert_allclose(forecasts, [[1.0, 2.0, 3.0, 1.0, 2.0]])


@pytest.mark.parametrize("season", [None, 1, 40])
def test_without_a_season_of_history_seasonal_naive_is_naive(season):
    panel = panel_of([random_walk(2, 30), random_walk(3, 30)])
    windows = windows_of(panel, 5, 4, 3)

    seasonal = forecasts_of("seasonal_naive", panel, windows, season)

    assert_allclose(seasonal, forecasts_of("naive", panel, windows))


def test_exactly_one_season_of_history_is_enough():
    """Broken on purpose: `>` for `>=`."""
    panel = panel_of([[1.0, 2.0, 3.0, 0.0, 0.0]])

    forecasts = forecasts_of("seasonal_naive", panel, windows_of(panel, 3, 1, 2), 3)

    assert_allclose(forecasts, [[1.0, 2.0]])


def test_seasonal_naive_never_reads_another_series():
    """Broken on purpose: history counted from the start of the flat array."""
    panel = panel_of([[7.0] * 10, [1.0, 2.0, 3.0, 4.0, 5.0]])
    window = count_windows(np.array([0, 10]), np.array([0, 1]), (2, 2))

    forecasts = forecasts_of("seasonal_naive", panel, window, season=4)

    assert_allclose(forecasts, [[2.0, 2.0]])


def test_drift_extends_the_line_from_the_first_value_to_the_last():
    """By hand: (7 - 1) / (4 - 1) = 2 a step, over the history, not the lookback."""
    panel = panel_of([[1.0, 9.0, 9.0, 7.0, 0.0, 0.0]])

    forecasts = forecasts_of("drift", panel, windows_of(panel, 4, 2, 2))

    assert_allclose(forecasts, [[9.0, 11.0]])


def test_drift_of_a_single_step_is_naive():
    panel = panel_of([[3.0, 4.0, 5.0]])

    forecasts = forecasts_of("drift", panel, windows_of(panel, 1, 1, 2))

    assert_allclose(forecasts, [[3.0, 3.0]])
