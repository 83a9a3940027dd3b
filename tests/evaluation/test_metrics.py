"""Each metric is the number its definition gives; undefined is None with a reason."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.evaluation.metrics import (
    METRICS,
    ErrorTotals,
    in_sample_errors,
    measure,
    standardised,
)
from support.panels import panel_of


def totals_of(actual, forecast, series=None):
    actual = np.asarray(actual, dtype=float)
    series = [0] * len(actual) if series is None else series
    totals = ErrorTotals(max(series) + 1, actual.shape[1])
    totals.add(np.array(series, dtype=np.int32), actual, np.asarray(forecast, float))
    return totals


def history(*series, season=None):
    panel = panel_of(series)
    return in_sample_errors(panel, panel.lengths, season)


# Errors 1, -3: MAE 2, MSE 5. sMAPE: (200 * 1/7 + 200 * 3/9) / 2. In-sample changes of
# 1, 2, 3, 6 are 1, 1, 3: mean 5/3, mean square 11/3.
BY_HAND = {
    "mae": 2.0,
    "mse": 5.0,
    "rmse": 5**0.5,
    "smape": (200 / 7 + 600 / 9) / 2,
    "mase": 2 / (5 / 3),
    "rmsse": (5 / (11 / 3)) ** 0.5,
}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_what_one_gets_by_hand(name):
    """Broken on purpose: 100 for 200 in sMAPE, rmsse without its root, mse as rmse."""
    totals = totals_of([[3.0, 6.0]], [[4.0, 3.0]])

    score = METRICS[name](totals, history([1.0, 2.0, 3.0, 6.0]))

    assert score.value == pytest.approx(BY_HAND[name])
    assert score.reason == ""


@pytest.mark.parametrize("name", METRICS)
def test_a_perfect_forecast_scores_zero(name):
    actual = [[3.0, -6.0], [1.0, 2.0]]

    assert METRICS[name](totals_of(actual, actual), history([1, 2, 4])).value == 0


@pytest.mark.parametrize("name", METRICS)
@given(points=st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2), min_size=1))
def test_the_sign_of_all_errors_and_their_order_do_not_matter(name, points):
    actual, forecast = np.array(points)[:, np.newaxis].transpose(2, 0, 1)
    past = history([1.0, 3.0, 2.0])

    one = METRICS[name](totals_of(actual, forecast), past).value
    other = METRICS[name](totals_of(-actual[::-1], -forecast[::-1]), past).value

    assert one is other is None or one == pytest.approx(other, rel=1e-9)


def test_mase_divides_by_the_season_before_and_averages_over_series():
    """By hand, season 2. First: changes 3, 3, so 6 / 3 = 2, although it has two
    windows. Second: changes 1, 1, so 4 / 1 = 4. Mean 3.

    Broken on purpose: lag 1, an average over windows.
    """
    past = history([0.0, 0.0, 3.0, 3.0], [5.0, 7.0, 6.0, 8.0], season=2)
    totals = totals_of([[0.0], [0.0], [0.0]], [[6.0], [6.0], [-4.0]], [0, 0, 1])

    assert METRICS["mase"](totals, past).value == pytest.approx(3.0)
    assert METRICS["rmsse"](totals, past).value == pytest.approx(3.0)


def test_the_history_ends_where_it_is_told_to():
    panel = panel_of([[1.0, 2.0, 3.0, 1e6], [4.0, 4.0, 6.0, 1e6]])

    past = in_sample_errors(panel, np.array([3, 3]), None)

    assert past.absolute.tolist() == [1.0, 1.0]
    assert past.squared.tolist() == [1.0, 2.0]


def test_long_histories_are_summed_in_pieces(monkeypatch):
    """Broken on purpose: pieces without the `lag` steps before them."""
    values = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    panel = panel_of([values])
    monkeypatch.setattr("seqforecast.evaluation.metrics.STEPS_AT_ONCE", 7)

    past = in_sample_errors(panel, np.array([90]), 3)

    change = values[3:90].astype(float) - values[:87]
    assert past.absolute[0] == pytest.approx(np.abs(change).mean())
    assert past.squared[0] == pytest.approx((change**2).mean())


@pytest.mark.parametrize("name", ["mase", "rmsse"])
def test_constant_and_short_histories_are_left_out_and_named(name):
    past = history([1.0, 2.0], [3.0, 3.0], [5.0])
    totals = totals_of([[0.0]] * 3, [[2.0]] * 3, [0, 1, 2])

    score = METRICS[name](totals, past)

    assert score.value == 2.0
    assert score.reason == (
        "left out 2 of 3 series (b, c): no value before the scored part differs from "
        "the one a step earlier, so there is no in-sample error to divide by"
    )


@pytest.mark.parametrize("name", ["mase", "rmsse"])
def test_a_scaled_metric_of_constant_histories_only_is_none(name):
    score = METRICS[name](totals_of([[0.0]], [[2.0]]), history([3.0] * 4, season=2))

    assert score.value is None
    assert "left out 1 of 1 series (a)" in score.reason
    assert "2 steps earlier" in score.reason


@pytest.mark.parametrize(
    ("actual", "forecast", "value"),
    [
        ([0.0], [0.0], 0.0),
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([0.0, 1.0], [0.0, 3.0], 50.0),
        ([0.0, 1.0], [1e-9, 1.0], 100.0),
        ([0.0, 0.0, 4.0], [0.0, 1.0, 4.0], 200 / 3),
    ],
)
def test_smape_counts_an_exact_zero_as_exact(actual, forecast, value):
    """As utilsforecast, sktime and darts do.

    Broken on purpose: such points left out; a column had rows of other points.
    """
    score = METRICS["smape"](totals_of([actual], [forecast]), history([1, 2]))
    assert score.value == pytest.approx(value)
    assert score.reason == ""


@given(
    actual=st.lists(st.sampled_from([0.0, 1.0, -2.0, 5.0]), min_size=4, max_size=4),
    wrong=st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=4, max_size=4),
)
def test_an_exact_forecast_is_never_behind_another(actual, wrong):
    """In no metric; and each of a column counts the same points.

    Broken on purpose: points of two zeros left out; a wrong forecast won.
    """
    past = history([1.0, 2.0, 4.0])
    exact, other = totals_of([actual], [actual]), totals_of([actual], [wrong])
    assert exact.points.tolist() == other.points.tolist() == [4]
    for name, of in METRICS.items():
        assert of(exact, past).value == 0, name
        assert of(other, past).value >= 0, name
        assert (of(other, past).value > 0) == (actual != wrong), name


def test_smape_is_at_most_200_percent():
    assert METRICS["smape"](totals_of([[5.0]], [[-1.0]]), history([1, 2])).value == 200


def test_series_without_windows_are_not_missed():
    totals = ErrorTotals(2, 1)
    totals.add(np.array([0], dtype=np.int32), np.array([[0.0]]), np.array([[2.0]]))

    measured = measure(totals, history([1.0, 2.0], [3.0, 3.0]))

    assert measured["mase"] == 2.0
    assert "reasons" not in measured


def test_reasons_stand_beside_the_values_they_explain():
    measured = measure(totals_of([[0.0]], [[2.0]]), history([3.0, 3.0]))

    assert list(measured) == [*METRICS, "reasons"]
    assert set(measured["reasons"]) == {"mase", "rmsse"}
    assert json.loads(json.dumps(measured, allow_nan=False)) == measured


def test_standardised_errors_are_in_deviations_of_each_series():
    """By hand: errors 2/2, 4/2 and 3/1, over points: MAE 2, MSE 14/3."""
    totals = totals_of([[0.0]] * 3, [[2.0], [4.0], [3.0]], [0, 0, 1])

    scaled = standardised(totals, np.array([2.0, 1.0]), ("a", "b"))

    assert scaled == {"mse": pytest.approx(14 / 3), "mae": pytest.approx(2.0)}


def test_a_series_that_is_constant_in_train_cannot_be_standardised():
    totals = totals_of([[0.0]] * 2, [[2.0], [4.0]], [0, 1])

    some = standardised(totals, np.array([0.0, 2.0]), ("a", "b"))
    none = standardised(totals, np.zeros(2), ("a", "b"))

    assert (some["mse"], some["mae"]) == (4.0, 2.0)
    assert some["reasons"]["mse"] == (
        "left out 1 of 2 series (a): constant in the train part"
    )
    assert (none["mse"], none["mae"]) == (None, None)
    assert set(none["reasons"]) == {"mse", "mae"}


def test_values_of_histories_that_the_data_did_not_have_are_counted():
    """Not those after them. Broken on purpose: all of the panel."""
    panel = panel_of([[1.0, 2, 4, 7, 8], [3.0, 3, 5, 5, 9]])
    panel = replace(panel, filled=np.array([1, 3, 6, 9]))
    found = in_sample_errors(panel, np.array([3, 5]), None)
    assert (found.lag, found.filled) == (1, 3)
    assert in_sample_errors(panel, np.array([0, 0]), None).filled == 0
