"""A season is taken off as far as it is there, and comes back with the forecast."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from seqforecast.evaluation.baselines.seasonal_factors import find_seasons

WAVE = np.array([3.0, -1.0, 2.0, -4.0])


def test_differences_are_found_where_values_are_not_positive():
    """Exactly, with any line below. Broken on purpose: the average a step late."""
    steps = np.arange(24)
    values = (-5 + 0.5 * steps + np.tile(WAVE, 6))[np.newaxis]

    adjusted, (layer,) = find_seasons(values, np.array([24]), [4])

    assert not layer.multiplicative[0]
    assert_allclose(layer.factors[0], WAVE, atol=1e-9)
    assert_allclose(adjusted[0], -5 + 0.5 * steps, atol=1e-9)


def test_ratios_are_found_where_the_season_grows_with_the_level():
    """Broken on purpose: differences always."""
    steps = np.arange(40)
    ratios = np.tile(1 + WAVE / 10, 10)
    values = (np.exp(steps / 10) * ratios)[np.newaxis]

    adjusted, (layer,) = find_seasons(values, np.array([40]), [4])

    assert layer.multiplicative[0]
    assert_allclose(adjusted[0], np.exp(steps / 10), rtol=0.05)


@pytest.mark.parametrize(
    ("season", "length"), [(4, 30), (12, 60), (52, 140), (24, 400)]
)
def test_noise_has_almost_no_season(season, length):
    """Broken on purpose: no standard errors asked for, factors not shrunk."""
    noise = np.random.default_rng(1).normal(100, 1, (200, length))
    _, (layer,) = find_seasons(noise, np.full(200, length), [season])

    sizes = np.where(
        layer.multiplicative[:, np.newaxis], 100 * (layer.factors - 1), layer.factors
    )
    assert (np.abs(sizes).max(axis=1) == 0).mean() > 0.8
    assert np.sqrt((sizes**2).mean()) < 0.15


def test_a_noisy_year_of_weeks_is_better_than_the_mean_of_its_years():
    """Neighbours lend each other strength. Broken on purpose: a width of 1 alone."""
    rng = np.random.default_rng(2)
    truth = 10 * np.sin(2 * np.pi * np.arange(52) / 52)
    noise = rng.normal(0, 8, (30, 208))
    values = np.tile(truth, 4) + noise

    _, (layer,) = find_seasons(values, np.full(30, 208), [52])

    means = values.reshape(30, 4, 52).mean(axis=1)
    raw = means - means.mean(axis=1, keepdims=True)
    assert ((layer.factors - truth) ** 2).mean() < 0.5 * ((raw - truth) ** 2).mean()


def test_where_the_season_changes_recent_ones_count_more():
    """Broken on purpose: all seasons alike."""
    strength = np.repeat(np.linspace(-1, 2, 15), 4)
    values = (strength * np.tile(WAVE, 15))[np.newaxis]
    values = values + np.random.default_rng(0).normal(0, 0.1, values.shape)

    _, (layer,) = find_seasons(values, np.array([60]), [4])

    assert (layer.factors[0] @ WAVE) / (WAVE @ WAVE) > 1.3


def test_a_week_is_found_beside_the_day():
    hours = np.arange(24 * 7 * 5)
    day, weekend = np.sin(2 * np.pi * hours / 24), (hours // 24) % 7 >= 5
    values = (10 + day - 2.0 * weekend)[np.newaxis]

    adjusted, layers = find_seasons(values, np.array([len(hours)]), [24, 168])

    assert len(layers) == 2
    # Where weekends begin and end, the day's average sees both kinds of day.
    assert adjusted.std() < 0.25 * values.std()


@given(
    seed=st.integers(0, 200),
    season=st.integers(2, 13),
    length=st.integers(2, 60),
    shift=st.floats(-50, 50),
)
def test_what_is_taken_off_comes_back(seed, season, length, shift):
    """Every layer restores what it removed, whatever it is.

    Broken on purpose: places counted from the end, factors divided twice.
    """
    rng = np.random.default_rng(seed)
    values = rng.normal(shift, 5, (3, length + season))
    adjusted, layers = find_seasons(values, np.full(3, length), [season])
    restored = adjusted[:, length:]
    for layer in reversed(layers):
        restored = layer.restore(restored, np.arange(3), np.full(3, length))

    assert_allclose(restored, values[:, length:], rtol=1e-9, atol=1e-9)


@given(seed=st.integers(0, 50))
def test_values_after_the_length_have_no_influence(seed):
    """Broken on purpose: the trend to the end of the table."""
    values = np.random.default_rng(seed).normal(20, 5, (2, 40))
    changed = values.copy()
    changed[0, 25:], changed[1, 33:] = -1e6, np.nan
    lengths = np.array([25, 33])

    first, second = (find_seasons(each, lengths, [4])[1] for each in (values, changed))

    assert_allclose(second[0].factors, first[0].factors)
    assert (first[0].multiplicative == second[0].multiplicative).all()


def test_less_than_two_seasons_are_none():
    adjusted, layers = find_seasons(np.ones((1, 23)), np.array([23]), [12])
    assert not layers
    assert_allclose(adjusted, 1.0)
