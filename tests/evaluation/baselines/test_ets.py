"""Ets finds for each history what a search for each model by itself would find."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from seqforecast.data.windows import index_windows
from seqforecast.evaluation.baselines.ets import ets, ets_grid
from support.panels import panel_of


def forecasts_of(values, first, horizon, season=None):
    panel = panel_of([values], season)
    spans = np.array([[first, len(values)]])
    windows = index_windows(panel, spans, (1, horizon))
    return ets(panel, windows, season, np.ones(1))(windows)


def run(y, gain, slope_gain, damping, start):
    level, slope = start
    errors = []
    for value in y:
        level, slope = level + damping * slope, damping * slope
        errors.append(value - level)
        level, slope = level + gain * errors[-1], slope + slope_gain * errors[-1]
    return np.array(errors), level, slope


def slow_ets(history, horizon):
    """Each model from the start of least squares, then Akaike weights."""
    y, n, grid = np.asarray(history, dtype=float), len(history), ets_grid()
    criteria, forecasts = [], []
    cells = zip(
        grid.level,
        grid.slope,
        grid.damping,
        grid.has_slope,
        grid.parameters,
        strict=True,
    )
    for *cell, has_slope, k in cells:
        zero = run(y, *cell, (0.0, 0.0))[0]
        starts = [(1.0, 0.0), (0.0, 1.0)][: 1 + int(has_slope)]
        effects = np.stack([zero - run(y, *cell, start)[0] for start in starts], axis=1)
        best = np.linalg.lstsq(effects, zero, rcond=None)[0]
        errors, level, slope = run(y, *cell, np.append(best, 0.0)[:2])
        penalty = 2 * k + 2 * k * (k + 1) / (n - k - 1)
        criteria.append(n * np.log(errors @ errors) + penalty)
        ahead = np.cumsum(cell[2] ** np.arange(1, horizon + 1))
        forecasts.append(level + slope * ahead)
    weights = np.exp(-0.5 * (np.array(criteria) - min(criteria)))
    return weights @ np.array(forecasts) / weights.sum()


def test_every_cutoff_has_the_forecast_of_its_history():
    """Broken on purpose: damping of the first step left out; starts not solved for."""
    values = np.random.default_rng(5).normal(0.3, 1, 26).cumsum().astype(np.float32)

    forecasts = forecasts_of(values, 10, 4)

    for number, end in enumerate(range(10, 23)):
        assert_allclose(forecasts[number], slow_ets(values[:end], 4), rtol=1e-5)


def test_a_line_goes_on():
    forecasts = forecasts_of(np.arange(40) * 0.5 + 3, 20, 5)
    assert_allclose(forecasts[0], 13 + 0.5 * np.arange(5), rtol=1e-6)


@pytest.mark.parametrize("first", [1, 2, 3])
def test_too_short_a_history_gets_the_naive_forecast(first):
    values = np.array([3.0, 5.0, 1.0, 4.0, 8.0, 9.0])
    forecasts = forecasts_of(values, first, 1)
    assert_allclose(forecasts[0, 0], values[first - 1])


def test_noise_around_a_level_is_smoothed_and_a_walk_is_not():
    """Broken on purpose: all weights alike."""
    rng = np.random.default_rng(0)
    noise, walk = rng.normal(50, 1, 200), rng.standard_normal(200).cumsum()

    assert abs(forecasts_of(noise, 190, 1)[0, 0] - 50) < 0.4
    assert abs(forecasts_of(walk, 190, 1)[0, 0] - walk[189]) < 0.3


def test_a_season_of_a_falling_level_goes_on_below_zero():
    steps = np.arange(132)
    values = 20 - 0.3 * steps + 5 * np.sin(2 * np.pi * steps / 12)

    forecasts = forecasts_of(values, 108, 12, season=12)

    assert_allclose(forecasts[0], values[108:120], atol=0.2)
