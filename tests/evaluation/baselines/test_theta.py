"""Theta is what its definition says, for every cutoff at once."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from seqforecast.data.windows import index_windows
from seqforecast.evaluation.baselines.theta import LEVELS, PARTS, theta
from support.panels import panel_of


def forecasts_of(values, first, horizon, season=None):
    panel = panel_of([values], season)
    spans = np.array([[first, len(values)]])
    windows = index_windows(panel, spans, (1, horizon))
    return theta(panel, windows, season, np.ones(1))(windows)


def slow_theta(history, horizon):
    """Simple smoothing plus a part of the line's slope, each pair fitted by itself."""
    y, n = np.asarray(history, dtype=float), len(history)
    slope = np.polyfit(np.arange(n), y, 1)[0]
    criteria, forecasts = [], []
    for gain in LEVELS:
        for part in PARTS:
            drift = part * slope

            def run(start, gain=gain, drift=drift):
                level, errors = start, []
                for value in y:
                    errors.append(value - level - drift)
                    level = level + drift + gain * errors[-1]
                return np.array(errors), level

            zero, one = run(0.0)[0], run(1.0)[0]
            change = one - zero
            start = -(change @ zero) / (change @ change)
            errors, level = run(start)
            criterion = n * np.log(errors @ errors) + 6 + 24 / (n - 4)
            criteria.append(criterion)
            forecasts.append(level + drift * np.arange(1, horizon + 1))
    weights = np.exp(-0.5 * (np.array(criteria) - min(criteria)))
    return weights @ np.array(forecasts) / weights.sum()


def test_every_cutoff_has_the_forecast_of_its_history():
    """Broken on purpose: slopes of the whole series; weights without the drift."""
    values = np.random.default_rng(3).normal(0.3, 1, 30).cumsum().astype(np.float32)

    forecasts = forecasts_of(values, 8, 3)

    for number, end in enumerate(range(8, 28)):
        assert_allclose(forecasts[number], slow_theta(values[:end], 3), rtol=1e-6)


def test_a_line_goes_on():
    """Broken on purpose: half of the slope alone."""
    forecasts = forecasts_of(np.arange(40) * 0.5 + 3, 20, 5)
    assert_allclose(forecasts[0], 13 + 0.5 * np.arange(5), rtol=1e-3)


@pytest.mark.parametrize("first", [1, 2, 4])
def test_too_short_a_history_gets_the_naive_forecast(first):
    values = np.array([3.0, 5.0, 1.0, 4.0, 8.0, 9.0])
    forecasts = forecasts_of(values, first, 1)
    assert_allclose(forecasts[0, 0], values[first - 1])


def test_a_season_that_grows_with_the_level_goes_on():
    steps = np.arange(132)
    wave = 1 + 0.3 * np.sin(2 * np.pi * steps / 12)
    values = (100 + steps) * wave

    forecasts = forecasts_of(values, 108, 12, season=12)

    assert_allclose(forecasts[0], values[108:120], rtol=0.02)
