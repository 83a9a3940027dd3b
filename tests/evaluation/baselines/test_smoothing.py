"""One pass knows the errors and states from any start, and weighs by the criterion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from seqforecast.evaluation.baselines.ets import ets_grid
from seqforecast.evaluation.baselines.smoothing import smooth, weigh, weigh_or_naive


def by_steps(values, cell, start):
    """Errors, level and slope of one cell, step by step from a start."""
    gain, slope_gain, damping = cell
    level, slope = start
    errors = []
    for value in values:
        error = value - (level + damping * slope)
        errors.append(error)
        slope, level = damping * slope + slope_gain * error, level + damping * slope
        level += gain * error
    return np.array(errors), level, slope


@given(
    seed=st.integers(0, 50),
    level=st.floats(-2, 2),
    slope=st.floats(-1, 1),
    end=st.integers(1, 12),
)
def test_errors_and_states_from_any_start_follow_from_the_pass(seed, level, slope, end):
    """Broken on purpose: the slope's gain left out of the sensitivities."""
    values = np.random.default_rng(seed).standard_normal((2, 12))
    grid, found = ets_grid(), []

    def look(done):
        found.append(done)
        return np.zeros((1, 1))

    smooth(values, np.array([1]), np.array([end]), grid, look)

    (done,) = found
    slopes = slope * grid.has_slope
    squares = (
        done.squares[0]
        - 2 * (level * done.by_level[0] + slopes * done.by_slope[0])
        + level**2 * done.gram[0]
        + 2 * level * slopes * done.gram[1]
        + slopes**2 * done.gram[2]
    )
    for cell in range(0, len(grid.level), 9):
        of_cell = grid.level[cell], grid.slope[cell], grid.damping[cell]
        errors, *states = by_steps(values[1, :end], of_cell, (level, slopes[cell]))
        start = np.array([level, slopes[cell]])
        moved = done.moved[:, :, cell] @ start
        assert squares[cell] == pytest.approx(errors @ errors, abs=1e-9)
        now = np.array([done.level[0, cell], done.slope[0, cell]]) + moved
        assert_allclose(now, states, atol=1e-9)


def test_forecasts_come_in_the_order_of_the_windows():
    """Broken on purpose: in the order of their ends."""
    values = np.arange(12.0).reshape(2, 6)
    rows, ends = np.array([1, 0, 1, 0]), np.array([6, 2, 1, 6])

    def last(done):
        return done.level[:, 11:12]  # all of an error: the value itself

    forecasts = smooth(values, rows, ends, ets_grid(), last)
    assert_allclose(forecasts[:, 0], [11.0, 1.0, 6.0, 5.0])


def test_weights_follow_the_corrected_criterion():
    """By hand: 10 ln(2 / 1) + AICc penalties 4 + 12 / 7 and 6 + 24 / 6."""
    weights = weigh(np.array([[2.0, 1.0]]), 10, np.array([2.0, 3.0]))

    criteria = np.array([10 * np.log(2.0) + 4 + 12 / 7, 6 + 24 / 6])
    expected = np.exp(-0.5 * (criteria - criteria.min()))
    assert_allclose(weights[0], expected / expected.sum(), rtol=1e-9)


def test_what_has_too_few_steps_or_no_errors_gets_no_weight():
    squares = np.array([[1.0, 1.0, np.inf]])
    assert_allclose(weigh(squares, 5, np.array([2.0, 4.0, 2.0])), [[1.0, 0.0, 0.0]])
    none = weigh_or_naive(squares, 2, np.array([2.0, 4.0, 2.0]), 1)
    assert_allclose(none, [[0.0, 1.0, 0.0]])


def test_a_perfect_fit_weighs_no_more_than_other_perfect_ones():
    """Broken on purpose: the logarithm of 0."""
    weights = weigh(np.zeros((1, 2)), 9, np.array([2.0, 2.0]))
    assert_allclose(weights, [[0.5, 0.5]])
