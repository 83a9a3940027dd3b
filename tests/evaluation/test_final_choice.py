"""The final forecast is a mean of few, by errors that no later value can change."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seqforecast.errors import ConfigError, DataError
from seqforecast.evaluation.final_choice import (
    LEAST_WEIGHT,
    FinalChoice,
    Judged,
    choose_final,
    rolling_windows,
)
from support.panels import panel_of


def judged(errors, windows=4, horizon=2, series=None, unit=None):
    """Candidates that are off by so much everywhere, each to a side of its own."""
    rng = np.random.default_rng(0)
    actual = rng.normal(10, 3, (windows, horizon))
    sides = {name: rng.choice([-1, 1], actual.shape) for name in errors}
    series = np.zeros(windows, np.int64) if series is None else np.asarray(series)
    return Judged(
        {name: actual + off * sides[name] for name, off in errors.items()},
        actual,
        series,
        np.ones(series.max() + 1) if unit is None else np.asarray(unit, float),
    )


def test_the_weight_falls_with_the_fourth_power_of_the_error():
    """By hand: 1 and (1 / 1.2) ** 4 = 0.482. Broken on purpose: a power of 3."""
    choice = choose_final("auto", judged({"theta": 1.0, "ets": 1.2}))

    assert_allclose([*choice.weights.values()], [1 / 1.48225, 0.48225 / 1.48225], 1e-4)
    assert [*choice.weights] == ["theta", "ets"]
    assert choice.name == "combination"


def test_what_is_far_off_gets_no_part():
    """Broken on purpose: nothing dropped."""
    choice = choose_final("auto", judged({"network": 3.0, "theta": 1.0, "naive": 9.0}))

    assert choice.weights == {"theta": 1.0}
    assert choice.name == "theta"
    assert choice.reason == (
        "100% theta: MASE 1 on 4 validation windows, against 3 of the network alone"
    )


def test_a_network_that_is_clearly_best_is_alone():
    choice = choose_final("auto", judged({"network": 1.0, "theta": 2.2, "linear": 2.5}))

    assert choice.name == "network"
    assert choice.reason == (
        "100% network: MASE 1 on 4 validation windows, against 2.2 of theta"
    )


@pytest.mark.parametrize("asked", ["network", "theta"])
def test_what_is_asked_for_is_final_however_bad(asked):
    choice = choose_final(asked, judged({"network": 3.0, "theta": 1.0}))
    assert choice.weights == {asked: 1.0}
    assert choice.reason == f"{asked} is the final forecast, as asked"


def test_a_combination_that_is_asked_for_has_at_least_two():
    """Broken on purpose: as auto."""
    given = judged({"network": 9.0, "theta": 1.0, "naive": 8.0})
    assert [*choose_final("combination", given).weights] == ["theta", "naive"]
    assert "as asked: MASE" in choose_final("combination", given).reason


def test_a_name_that_is_no_candidate_is_refused():
    with pytest.raises(ConfigError, match="is not among the forecasts that can be"):
        choose_final("thetta", judged({"theta": 1.0}))


def test_candidates_without_training_are_judged_at_earlier_origins_too():
    """Theta has an error of 1, then 3; ets of 2 both times: together they are level.

    Linear was as good as theta is on the windows of validation, where both are known.
    Broken on purpose: earlier errors left out, linear taken by its own scale.
    """
    validation = judged({"theta": 1.0, "ets": 2.0, "linear": 1.5})
    earlier = judged({"theta": 3.0, "ets": 2.0})

    choice = choose_final("auto", validation, earlier)

    # Theta and ets have 3 on validation, 4 on both: a third more.
    assert choice.errors == pytest.approx({"theta": 2.0, "ets": 2.0, "linear": 2.0})


def test_without_validation_the_earlier_origins_decide():
    validation = judged({"network": 1.0, "theta": 1.0, "ets": 1.0}, windows=1)
    empty = Judged(
        {name: each[:0] for name, each in validation.forecasts.items()},
        validation.actual[:0],
        validation.series[:0],
        validation.unit,
    )
    choice = choose_final("auto", empty, judged({"theta": 1.0, "ets": 4.0}))

    assert choice.weights == {"theta": 1.0}
    assert choice.reason == (
        "100% theta: by errors at earlier origins, for want of validation windows"
    )
    unjudged = choose_final("auto", empty)
    assert unjudged.weights == {"theta": 0.5, "ets": 0.5}
    assert unjudged.reason == "no window to judge by: equal parts of theta and ets"
    only = {"network": empty.forecasts["network"], "theta": empty.forecasts["theta"]}
    both = choose_final("combination", replace(empty, forecasts=only))
    assert both.weights == {"theta": 0.5, "network": 0.5}


def test_what_is_not_finite_gets_no_part_and_something_must_be():
    """Broken on purpose: errors not asked whether they are finite."""
    given = judged({"network": 1.0, "theta": 1.5})
    given.forecasts["network"][0, 0] = np.nan

    assert choose_final("auto", given).weights == {"theta": 1.0}

    given.forecasts["theta"][1, 1] = np.inf
    with pytest.raises(DataError, match="no forecast is made of finite numbers"):
        choose_final("auto", given)


def test_the_same_forecast_under_two_names_counts_once():
    """Broken on purpose: both kept, with twice the part of one."""
    given = judged({"naive": 1.0, "theta": 1.0})
    once = choose_final("auto", given)
    given.forecasts["seasonal_naive"] = given.forecasts["naive"].copy()

    assert choose_final("auto", given).weights == once.weights


def test_every_series_counts_alike_in_its_unit():
    """Of 3 windows and of 1, in units of 1 and of 10. By hand: (1 + 0.2) / 2."""
    actual = np.zeros((4, 1))
    forecast = np.array([[1.0], [1.0], [1.0], [2.0]])
    given = Judged(
        {"theta": forecast}, actual, np.array([0, 0, 0, 1]), np.array([1.0, 10])
    )
    assert given.error("theta") == pytest.approx(0.6)


def test_steps_that_were_filled_do_not_count():
    """Broken on purpose: their distance counted as 0 of all steps."""
    given = judged({"theta": 2.0})
    given.actual[0, 0] = np.nan
    given.actual[1] = np.nan
    assert given.error("theta") == pytest.approx(2.0)
    assert given.windows == 3


@given(
    errors=st.dictionaries(
        st.sampled_from(
            ["network", "naive", "seasonal_naive", "drift", "linear", "theta", "ets"]
        ),
        st.floats(1e-3, 1e6),
        min_size=1,
    ),
    factor=st.floats(1e-3, 1e3),
)
def test_weights_are_convex_few_and_do_not_depend_on_the_unit(errors, factor):
    small = judged(errors)
    large = Judged(
        {name: each * factor for name, each in small.forecasts.items()},
        small.actual * factor,
        small.series,
        small.unit * factor,
    )
    choice = choose_final("auto", small)

    assert sum(choice.weights.values()) == pytest.approx(1.0)
    assert min(choice.weights.values()) >= LEAST_WEIGHT
    assert [*choice.weights.values()] == sorted(choice.weights.values(), reverse=True)
    assert choice.combine(small.forecasts).shape == small.actual.shape
    other = choose_final("auto", large).weights
    assert other == pytest.approx(choice.weights, rel=1e-3)


def test_the_final_forecast_is_the_weighted_mean():
    choice = FinalChoice({"theta": 0.75, "naive": 0.25}, "", {})
    combined = choice.combine({"theta": np.array([[4.0]]), "naive": np.array([[8.0]])})
    assert_allclose(combined, [[5.0]])


def test_rolling_origins_end_with_the_train_part_and_need_a_history():
    """Of 40 steps, 30 train; targets of 4, origins 2 apart, 10 steps before the first.

    The short series has room for two, the shortest for none. Broken on purpose:
    `stops` without the horizon, the season left out of the least history.
    """
    panel = replace(
        panel_of([np.arange(40.0), np.arange(16.0), np.arange(9.0)]), season=4
    )

    windows = rolling_windows(panel, np.array([30, 16, 9]), horizon=4)

    assert_array_equal(windows.cutoffs(panel), [17, 19, 21, 23, 25, 9, 11])
    assert_array_equal(windows.series, [0, 0, 0, 0, 0, 1, 1])
    assert windows.targets(panel.values).max() == 29.0
