"""Seasonality: p-values that are rarely small by chance, and tiny for a season."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqforecast.data.seasonality import chance_of_season, normal_scores, together


def noise(steps: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(steps)


@pytest.mark.parametrize(("season", "steps"), [(4, 40), (7, 90), (12, 60), (24, 120)])
@pytest.mark.parametrize("kind", ["noise", "walk"])
def test_p_values_of_no_season_are_rarely_small(
    kind: str, season: int, steps: int
) -> None:
    """Broken on purpose: one order of the noise, none; half of the walks were."""
    made = [noise(steps, seed) for seed in range(100)]
    made = [values.cumsum() for values in made] if kind == "walk" else made
    small = [chance_of_season(values, season) < 0.05 for values in made]
    assert sum(small) <= 9


@given(
    season=st.integers(3, 60),
    seasons=st.integers(5, 12),
    seed=st.integers(0, 10**6),
    slope=st.floats(-1e3, 1e3),
    scale=st.floats(1e-3, 1e6),
)
def test_a_pattern_with_little_noise_is_never_chance(
    season: int, seasons: int, seed: int, slope: float, scale: float
) -> None:
    """Whatever the unit, the trend, and where in the season the series begins."""
    random = np.random.default_rng(seed)
    pattern = random.standard_normal(season)
    steps = season * seasons + int(random.integers(0, season))
    t = np.arange(steps)
    values = pattern[t % season] + 0.1 * pattern.std() * random.standard_normal(steps)
    moved = scale * (values + slope * pattern.std() * t / steps)
    assert chance_of_season(moved, season) < 1e-3


@pytest.mark.parametrize(
    "pattern",
    [np.array([0.0, 1.0, 1.0, 0.0, -1.0, -1.0]), np.sin(np.pi * np.arange(52) / 26)],
)
def test_a_pattern_without_any_noise_is_a_season(pattern: np.ndarray) -> None:
    """Broken on purpose: noise of any order; two lags foretell the first one."""
    assert chance_of_season(np.tile(pattern, 10), len(pattern)) < 1e-6


@pytest.mark.parametrize(
    "curve",
    [np.exp, np.sqrt, np.log1p, lambda t: 1 / (1 + np.exp(5 - 10 * t)), np.ones_like],
)
@pytest.mark.parametrize(("season", "steps"), [(4, 40), (12, 60), (52, 200)])
def test_a_smooth_trend_is_no_season(curve, season: int, steps: int) -> None:
    assert chance_of_season(curve(np.linspace(0, 1, steps)), season) > 0.1


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 8])
def test_a_few_steps_say_nothing(steps: int) -> None:
    values = np.sin(np.arange(8.0))[:steps]
    assert chance_of_season(values, 12) == 1.0


def test_normal_scores_are_quantiles_of_ranks() -> None:
    values = np.array([3.0, 1e9, -2.0, 3.0])
    expected = stats.norm.ppf(stats.rankdata(values) / 5)
    np.testing.assert_allclose(normal_scores(values), expected, atol=1e-12)


@given(p=st.floats(1e-12, 0.9), copies=st.integers(1, 9))
def test_tests_that_agree_say_what_each_says(p: float, copies: int) -> None:
    assert together(np.full(copies, p)) == pytest.approx(p, rel=1e-6)


def test_one_sure_test_is_enough() -> None:
    """Broken on purpose: a p-value of 1 not held off; it outweighed all others."""
    assert together(np.array([1e-9, 1.0, 1.0, 0.5])) == pytest.approx(4e-9, rel=0.01)
