"""What the scorer refuses, and what it leaves undefined with a reason."""

import json

import numpy as np
import pytest

from seqforecast.data.windows import index_windows
from seqforecast.errors import DataError
from seqforecast.evaluation.scorer import Scorer
from support.panels import panel_of

TEST = 20  # the test part of every series begins here


def case(series):
    """A scorer of the model and naive, its windows, the truth and forecasts."""
    panel = panel_of(series)
    spans = np.stack([np.full(len(series), TEST), panel.lengths], axis=1)
    windows = index_windows(panel, spans, (4, 3))
    actual = windows.targets(panel.values)
    naive = np.repeat(windows.inputs(panel.values)[:, -1:], 3, axis=1)
    scorer = Scorer(
        panel,
        windows,
        ["model", "naive"],
        season=None,
        in_sample_stops=np.full(len(series), TEST),
        train_std=np.array([np.std(values[:10]) for values in series]),
    )
    return scorer, windows, actual, {"model": actual + 1.0, "naive": naive}


def walk(seed, steps=40):
    return np.random.default_rng(seed).standard_normal(steps).cumsum()


def test_a_model_that_repeats_the_last_value_is_named_beside_its_scores():
    """Broken on purpose: all windows audited with weight 0."""
    scorer, windows, actual, forecasts = case([walk(4)])

    scorer.add(windows, actual, forecasts | {"model": forecasts["naive"] + 0.01})

    (note,) = scorer.result()["notes"]
    assert note.startswith("The model all but repeats the last value")


def test_a_model_that_follows_the_truth_gets_no_note():
    scorer, windows, actual, forecasts = case([walk(4)])

    scorer.add(windows, actual, forecasts)

    assert scorer.result()["notes"] == []


def test_constant_series_leave_nulls_with_reasons_never_zeros():
    scorer, windows, actual, forecasts = case([[5.0] * 60, [7.0] * 60])

    scorer.add(windows, actual, forecasts)

    result = scorer.result()
    for scores, names in [
        (result["model"], {"mase", "rmsse"}),
        (result["baselines"]["naive"], {"mase", "rmsse"}),
        (result["scaled"], {"mse", "mae"}),
        (result["skill"], {"value", "low", "high"}),
    ]:
        nulls = {name for name, value in scores.items() if value is None}
        assert nulls == names <= set(scores["reasons"])
    assert result["skill"]["metric"] == "mae"
    assert "MASE is undefined" in result["skill"]["reasons"]["metric"]
    assert result["verdict"] == "no telling"
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e200])
def test_a_forecast_that_is_not_finite_is_refused_by_name_place_and_value(value):
    scorer, windows, actual, forecasts = case([walk(0)])
    broken = forecasts["model"].astype(float)
    broken[1, 2] = value

    with pytest.raises(DataError) as caught:
        scorer.add(windows, actual, forecasts | {"model": broken})

    assert str(caught.value) == (
        f"the forecast of model for a after 20, step 3, is {value} where the value is "
        f"{float(actual[1, 2])}"
    )
    assert "training.learning_rate" in caught.value.hint


def test_windows_that_were_not_added_are_missed():
    scorer, *_ = case([walk(0)])

    with pytest.raises(ValueError, match="0 of 18 windows were scored"):
        scorer.metrics_of("model")


def test_a_forecast_of_the_wrong_shape_is_refused():
    scorer, windows, actual, forecasts = case([walk(0)])

    with pytest.raises(ValueError, match="naive: shape"):
        scorer.add(windows, actual, forecasts | {"naive": actual[:, :1]})
