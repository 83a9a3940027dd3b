"""The audit names forecasts that repeat the last value or are flat, and no others."""

import numpy as np

from seqforecast.evaluation.audit import Audit

RANDOM = np.random.default_rng(0)
ACTUAL = RANDOM.standard_normal((50, 8)).cumsum(axis=1)
NAIVE = np.zeros((50, 8))


def notes(model, actual=ACTUAL, naive=NAIVE, weights=None):
    audit = Audit()
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
