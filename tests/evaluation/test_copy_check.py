"""The audit names forecasts that repeat the last value or are flat, and no others."""

import numpy as np
import pytest
from scipy.signal import lfilter

from seqforecast.evaluation.copy_check import CopyCheck

RANDOM = np.random.default_rng(0)
ACTUAL = RANDOM.standard_normal((50, 8)).cumsum(axis=1)
NAIVE = np.zeros((50, 8))


def notes(model, actual=ACTUAL, naive=NAIVE, weights=None):
    audit = CopyCheck()
    weights = np.ones(len(actual)) if weights is None else weights
    for rows in (slice(0, 20), slice(20, None)):
        audit.add(weights[rows], actual[rows], model[rows], naive[rows])
    return audit.notes()


def test_a_forecast_near_the_naive_one_repeats_the_last_value():
    """A constant .01 off, where the truth is about 1.5 off on average."""
    assert notes(NAIVE + 0.01) == [
        (
            "The model all but repeats the last value: its forecasts differ from the "
            "naive forecast by 0.67 % of what the truth does."
        )
    ]


def test_a_flat_forecast_far_from_the_naive_one_is_flat():
    """Broken on purpose: the deviation over windows instead of over steps."""
    levels = np.linspace(-9, 9, 50)[:, np.newaxis]

    assert notes(NAIVE + levels) == [
        (
            "The forecasts are flat: over the steps of a window they vary by 0 % of "
            "what the truth does."
        )
    ]


def test_a_forecast_that_follows_the_truth_raises_nothing():
    assert notes(ACTUAL * 0.5) == []


def test_one_step_is_never_flat():
    assert notes(NAIVE[:, :1] + 3, ACTUAL[:, :1], NAIVE[:, :1]) == []


def test_one_step_can_repeat_the_last_value():
    assert "repeats the last value" in notes(NAIVE[:, :1], ACTUAL[:, :1])[0]


def test_nothing_can_be_said_where_the_truth_repeats_the_last_value_too():
    assert notes(NAIVE, NAIVE) == []


def test_series_in_large_units_do_not_speak_for_all():
    """The model repeats the last value of one large series only, of fifty."""
    unit = np.ones(50)
    unit[0] = 1e6
    actual = ACTUAL * unit[:, np.newaxis]
    model = actual * 0.5
    model[0] = 0.0

    assert notes(model, actual) != []
    assert notes(model, actual, weights=1 / unit) == []


def rolling(series, horizon, forecast):
    """Notes and signs of a forecaster at every cutoff of a series, in two calls."""
    starts = np.arange(len(series) - horizon - 1)
    cutoffs = starts + 1
    actual = series[cutoffs[:, np.newaxis] + np.arange(1, horizon + 1)]
    naive = np.repeat(series[cutoffs][:, np.newaxis], horizon, axis=1)
    model = forecast(actual, naive)
    audit = CopyCheck()
    for rows in (slice(0, 37), slice(37, None)):
        given = (actual[rows], model[rows], naive[rows], starts[rows])
        audit.add(np.ones(len(given[0])), *given)
    return audit.notes(), audit.signs()


WALK = np.random.default_rng(1).uniform(-0.5, 0.5, 400).cumsum() + 50
WAVE = 50 + 9 * np.sin(np.arange(400) / 4)


def test_forecasts_that_trail_the_truth_are_named():
    """Far from the last value by a constant, and changing as it does."""
    (note,), signs = rolling(WALK, 5, lambda _, naive: naive + 0.8)
    assert note.startswith("The forecasts trail the truth: from one cutoff to the next")
    copy = signs["lag_copy"]
    assert copy["found"]
    assert not copy["repeats"]
    assert copy["at_horizon"] > 0.99
    assert abs(copy["at_zero"]) < 0.2
    assert copy["error"] > 1
    assert copy["changes"] == 393


def test_forecasts_that_know_what_comes_do_not_trail():
    """Broken on purpose: levels correlated instead of changes."""
    noise = np.random.default_rng(2).normal(0, 0.3, (394, 5))
    notes, signs = rolling(WAVE, 5, lambda actual, _: actual + noise)
    assert notes == []
    assert not signs["lag_copy"]["found"]
    assert not signs["flat_line"]["found"]
    assert signs["lag_copy"]["at_zero"] > 0.9


def test_a_sure_forecast_of_a_walk_with_news_does_not_trail():
    """It adds to the last value what really comes, in part."""
    _, signs = rolling(WALK, 5, lambda actual, naive: (actual + naive) / 2)
    assert not signs["lag_copy"]["found"]


def test_the_best_forecast_of_a_series_whose_news_fade_does_not_trail():
    """Half of the last value is the best there is, and better than all of it.

    Broken on purpose: the error left out.
    """
    news = np.random.default_rng(3).standard_normal(400)
    fading = lfilter([1], [1, -0.5], news) + 50
    notes, signs = rolling(fading, 1, lambda _, naive: 50 + 0.5 * (naive - 50))
    assert notes == []
    copy = signs["lag_copy"]
    assert copy["at_horizon"] == pytest.approx(1)
    assert copy["error"] < 0.9
    assert not copy["found"]


def test_without_pairs_of_cutoffs_correlations_are_null_with_a_reason():
    audit = CopyCheck()
    audit.add(np.ones(50), ACTUAL, NAIVE + 1, NAIVE, np.arange(0, 500, 10))
    copy = audit.signs()["lag_copy"]
    assert copy["at_zero"] is None
    assert copy["reasons"]["at_zero"].startswith(
        "there are 0 pairs of cutoffs one step"
    )
