"""Scores: which season the seasonal naive forecast repeats, on a file."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment import Experiment
from seqforecast.errors import BackendError
from seqforecast.evaluation.baselines import statistical
from seqforecast.workflows.pipeline.baselines import fit_baseline, fit_baselines
from seqforecast.workflows.pipeline.prepare import prepare, prepare_panel
from seqforecast.workflows.pipeline.scores import score_baselines
from support.stand_in_fitters import stand_in_fitters


@pytest.mark.parametrize(
    ("frequency", "season", "lags"),
    [
        ("MS", None, {"seasonal_naive": 12}),
        ("MS", "auto", {"seasonal_naive": 12}),
        ("D", None, {"seasonal_naive": 7}),
        ("h", 30, {"seasonal_naive": 24, "seasonal_naive_30": 30}),
    ],
)
def test_the_calendars_season_is_repeated_whatever_the_model_has(
    tmp_path, frequency, season, lags
):
    """Broken on purpose: the model's season; with none, the last value came again."""
    dates = pd.date_range("2000-01-01", periods=200, freq=frequency)
    values = np.random.default_rng(0).standard_normal(200).astype(np.float32)
    pd.DataFrame({"ds": dates, "y": values}).to_csv(tmp_path / "x.csv", index=False)
    data = {"source": "table", "path": "x.csv", "season": season}
    experiment = Experiment.model_validate(
        {
            "version": 1,
            "name": "x",
            "data": data,
            "window": {"lookback": 10, "horizon": 5},
        }
    )
    prepared = prepare(experiment, tmp_path)
    names = [name for name in prepared.baselines if name.startswith("seasonal")]
    assert names == [*lags]
    for name, lag in lags.items():
        made = fit_baseline(prepared, name)(prepared.test)
        first = prepared.test.starts[:, np.newaxis] + 10 + np.arange(5)
        np.testing.assert_array_equal(made, prepared.panel.values[first - lag])


@pytest.fixture
def prepared(tmp_path):
    dates = pd.date_range("2000-01-01", periods=100, freq="MS")
    values = np.random.default_rng(0).standard_normal(100).cumsum()
    pd.DataFrame({"ds": dates, "y": values}).to_csv(tmp_path / "x.csv", index=False)
    baselines = ["naive", "auto_ets", "auto_arima"]
    experiment = Experiment.model_validate(
        {
            "version": 1,
            "name": "x",
            "data": {"source": "table", "path": "x.csv"},
            "window": {"lookback": 10, "horizon": 5},
            "evaluation": {"baselines": baselines, "baseline_seconds": 5.0},
        }
    )
    return prepare(experiment, tmp_path)


def test_statistical_baselines_stand_beside_the_others(prepared, monkeypatch):
    fitters = stand_in_fitters(monkeypatch)
    fitted, notes = fit_baselines(prepared, [prepared.test])
    assert not notes
    assert list(fitted) == ["naive", "auto_ets", "auto_arima"]
    count = len(fitters.asked)
    assert count == 2 * len(prepared.test)
    for predict in fitted.values():
        assert predict(prepared.test).shape == (len(prepared.test), 5)
    assert len(fitters.asked) == count


def test_one_that_cannot_be_had_is_left_out_with_a_word(prepared, monkeypatch, caplog):
    fitters = stand_in_fitters(monkeypatch)
    fitters.failing = lambda request: request.name == "auto_arima"
    fitted, notes = fit_baselines(prepared, [prepared.test])
    assert list(fitted) == ["naive", "auto_ets"]
    (note,) = notes
    assert note == (
        "The baseline auto_arima is left out: auto_arima gave no forecast on any of "
        f"{len(prepared.test)} windows; the first one: singular matrix."
    )
    assert note in caplog.text


def test_windows_with_the_naive_forecast_are_counted(prepared, monkeypatch):
    fitters = stand_in_fitters(monkeypatch)
    shortest = int(prepared.test.starts[0]) + 10
    fitters.failing = lambda request: len(request.values) == shortest
    fitted, (note,) = fit_baselines(prepared, [prepared.test], ["auto_ets"])
    assert list(fitted) == ["auto_ets"]
    assert note == (
        f"auto_ets could not be fitted on 1 of {len(prepared.test)} windows, and has "
        "the naive forecast there."
    )


def test_the_limit_of_the_experiment_is_the_limit_of_the_fits(prepared, monkeypatch):
    fitters = stand_in_fitters(monkeypatch)
    given = []
    fit = fitters.fit
    monkeypatch.setattr(
        fitters, "fit", lambda asked, most: given.append(most) or fit(asked, most)
    )
    fit_baselines(prepared, [prepared.test], ["auto_ets"])
    assert given == [5.0]


def test_validation_errors_of_baselines_are_those_of_any_other(prepared, monkeypatch):
    stand_in_fitters(monkeypatch)
    scores, notes = score_baselines(prepared, ["naive", "auto_ets"])
    windows, values = prepared.validation, prepared.panel.values
    errors = windows.targets(values) - values[windows.starts + 9][:, np.newaxis]
    assert notes == []
    assert scores["naive"]["mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-5)
    assert scores["auto_ets"]["mae"] > 0


def test_a_final_forecaster_that_is_not_installed_is_refused_first(
    prepared, monkeypatch
):
    """Before anything is trained; left out, it would be missed only afterwards."""
    monkeypatch.setattr(statistical, "find_spec", lambda _: None)
    experiment = prepared.experiment.model_copy(update={"final": "auto_ets"})
    with pytest.raises(BackendError, match=r"^statsforecast is not installed$"):
        prepare_panel(experiment, prepared.panel, prepared.parts)
    asked = experiment.model_copy(update={"final": "naive"})
    assert prepare_panel(asked, prepared.panel, prepared.parts)
