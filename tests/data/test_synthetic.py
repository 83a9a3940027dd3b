"""Synthetic series are what their formulas say."""

from pathlib import Path

import numpy as np
import pytest

from seqforecast.data.synthetic import Echo, Sales, Sine
from seqforecast.errors import DataError

HERE = Path()


def load(section, **settings):
    kind = section.__name__.lower()
    return section(source="synthetic", kind=kind, **settings).generate_panel()


def test_sales_are_walks_with_small_uniform_steps():
    panel = load(Sales, series=2000, length=51)
    walks = panel.values.reshape(2000, 51).astype(np.float64)
    moves = np.diff(walks, axis=1)
    assert walks[:, 0].min() >= 0
    assert walks[:, 0].max() < 100
    assert np.abs(moves).max() <= 0.5 + 1e-5
    assert np.mean(moves**2) == pytest.approx(1 / 12, rel=0.02)


def test_a_sine_repeats_after_its_period():
    panel = load(Sine, length=100, period=20.0, noise=0.0)
    assert panel.season == 20
    assert panel.values[:80] == pytest.approx(panel.values[20:], abs=1e-5)
    assert panel.values[5] == pytest.approx(1, abs=1e-6)


def test_a_sine_rises_by_its_trend():
    panel = load(Sine, length=100, period=20.0, noise=0.0, trend=0.5)
    assert panel.values[20:] - panel.values[:80] == pytest.approx(10, abs=1e-4)


def test_the_last_step_of_an_echo_is_its_first():
    panel = load(Echo, series=50, lag=7, noise=0.1)
    series = panel.values.reshape(50, 8)
    assert np.array_equal(series[:, 0], series[:, -1])
    assert np.std(series[:, 1:-1]) == pytest.approx(0.1, rel=0.2)


@pytest.mark.parametrize("section", [Sales, Sine, Echo])
def test_the_seed_makes_the_values(section):
    one, again, other = (load(section, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.values, again.values)
    assert one.sha256 == again.sha256 != other.sha256


def test_more_than_memory_holds_is_refused():
    with pytest.raises(DataError, match="5,100,000,000 values"):
        load(Sales, series=10_000_000, length=510)
