"""Autocorrelation: the lag at which a series comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.data.autocorrelation import autocorrelation, likely_season


def test_autocorrelations_are_means_over_pairs() -> None:
    values = np.random.default_rng(0).standard_normal(50)
    centred = values - values.mean()
    expected = [
        np.mean(centred[lag:] * centred[: 50 - lag]) / centred.var()
        for lag in range(11)
    ]
    np.testing.assert_allclose(autocorrelation(values, 10), expected, atol=1e-12)


@pytest.mark.parametrize("trend", [0.0, 0.2])
@pytest.mark.parametrize("period", [3, 7, 12, 24, 50])
def test_the_period_of_a_noisy_wave_is_met(period: int, trend: float) -> None:
    """Broken on purpose: the first peak as it is; noise moved it by a few steps."""
    t = np.arange(12 * period)
    noise = 0.5 * np.random.default_rng(1).standard_normal(len(t))
    values = np.sin(2 * np.pi * t / period) + noise + trend * t
    assert likely_season(values, 400) == period


def test_a_random_walk_hides_no_pattern() -> None:
    """Broken on purpose: levels alone; the walk is all that they show."""
    random = np.random.default_rng(3)
    pattern = np.tile(random.standard_normal(6), 50)
    values = pattern + 1.5 * random.standard_normal(300).cumsum()
    assert likely_season(values, 100) == 6


def test_the_shortest_of_several_is_taken() -> None:
    values = np.tile(np.random.default_rng(2).standard_normal(6), 40)
    assert likely_season(values, 400) == 6


@given(steps=st.integers(0, 40), seed=st.integers(0, 99), longest=st.integers(1, 30))
def test_series_of_any_length_are_looked_at(
    steps: int, seed: int, longest: int
) -> None:
    """Broken on purpose: a third of the steps alone; six had no pair at a lag."""
    values = np.random.default_rng(seed).integers(0, 3, steps).astype(float)
    season = likely_season(values, longest)
    assert season is None or 2 <= season <= min(longest, steps // 3)


def test_a_lag_beyond_the_longest_is_not_looked_at() -> None:
    values = np.sin(2 * np.pi * np.arange(300) / 30)
    assert likely_season(values, 30) == 30
    assert likely_season(values, 29) is None


@pytest.mark.parametrize(
    "values", [[], [1.0], np.ones(60), np.arange(60.0), np.arange(60.0) ** 2]
)
def test_what_does_not_come_back_has_none(values) -> None:
    assert likely_season(np.array(values, dtype=float), 20) is None
