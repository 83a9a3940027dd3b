"""The final forecast: a mean of network and baselines, the same wherever it is made."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import seqforecast
from seqforecast.config.experiment_file import load_experiment
from seqforecast.data.windows import index_windows
from seqforecast.errors import ConfigError, RunError
from seqforecast.evaluation.baselines.simple import naive, seasonal_naive
from seqforecast.evaluation.final_choice import FinalChoice
from seqforecast.models.builder import load_forecaster
from seqforecast.runs import directory
from seqforecast.workflows.pipeline.final_forecast import (
    FinalForecaster,
    Fitted,
    _judged,
    choose,
    open_final,
)
from seqforecast.workflows.pipeline.prepare import prepare
from support.command_line import call
from support.panels import panel_of
from support.small_run import small

PARTS = {"train": "rest", "validation": 40, "test": 40}
QUANTILES = {
    "model": {"cell": "gru", "units": [6], "quantiles": [0.1, 0.5, 0.9]},
    "training": {"epochs": 2, "loss": "quantile", "batch_size": 20},
}


class Network:
    """Stands in for a network of lookback 3 and horizon 2."""

    quantiles: tuple[float, ...] = ()

    def median_of(self, out):
        return out[..., 1] if self.quantiles else out


class WithQuantiles(Network):
    quantiles = (0.1, 0.5, 0.9)


@pytest.fixture
def windows():
    panel = panel_of([np.arange(12.0)])
    return panel, index_windows(panel, np.array([[6, 12]]), (3, 2))


def final_of(network, weights, panel):
    made = {"naive": naive, "seasonal_naive": seasonal_naive}
    units = np.ones(len(panel.ids))
    baselines = {
        name: made[name](panel, None, 4, units) for name in weights if name in made
    }
    return FinalForecaster(network, FinalChoice(weights, "so", {}), baselines)


def test_a_combination_is_the_weighted_mean(windows):
    """Broken on purpose: the network's part left out."""
    panel, index = windows
    out = np.full((len(index), 2), 100.0, np.float32)
    last = index.inputs(panel.values)[:, -1]

    weights = {"network": 0.25, "naive": 0.75}
    mixed = final_of(Network(), weights, panel).combine(index, out)

    expected = 25 + 0.75 * np.repeat(last[:, None], 2, axis=1)
    np.testing.assert_allclose(mixed, expected, rtol=1e-6)
    assert mixed.dtype == np.float32


def test_the_quantiles_move_with_the_median(windows):
    """Broken on purpose: all quantiles set to the final forecast."""
    panel, index = windows
    spread = np.array([-3.0, 0.0, 5.0])
    out = (np.full((len(index), 2, 1), 100.0) + spread).astype(np.float32)

    moved = final_of(WithQuantiles(), {"naive": 1.0}, panel).combine(index, out)

    last = index.inputs(panel.values)[:, -1]
    np.testing.assert_allclose(moved[..., 1], np.repeat(last[:, None], 2, axis=1))
    np.testing.assert_allclose(moved - moved[..., 1:2], spread + 0 * out, atol=1e-5)


def test_the_network_alone_is_handed_on_as_it_is(windows):
    panel, index = windows
    out = np.ones((len(index), 2), np.float32)
    final = final_of(Network(), {"network": 1.0}, panel)
    assert final.combine(index, out) is out
    assert final.name == "model"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("final")
    steps = np.arange(200)
    stamps = pd.date_range("2024-01-01", periods=200, freq="D")
    noise = np.random.default_rng(0).normal(size=(2, 200))
    columns = {"a": np.sin(steps / 3) + noise[0] / 9, "b": 50 + steps + noise[1]}
    pd.DataFrame({"day": stamps} | columns).to_csv(folder / "two.csv", index=False)
    return folder / "two.csv"


def trained(table, final, **settings):
    data = {"source": "table", "path": str(table), "time": "day"}
    changes = {"training.epochs": 2, "final": final, "training.compile": "graph"}
    mapping = small(data=data, split=PARTS, **settings)
    return seqforecast.train(mapping, changes, runs=table.parent / "runs")


FINALS = [("combination", {}), ("linear", {}), ("auto", QUANTILES)]


@pytest.mark.tensorflow
@pytest.mark.parametrize(("final", "settings"), FINALS)
def test_what_is_recorded_is_what_is_made_again(table, final, settings):
    """future.csv is what `predict` prints, and `evaluate` finds the scores again.

    Broken on purpose: the linear map fitted anew on all data; the note left out.
    """
    run = trained(table, final, **settings)
    printed = call("predict", run.path)
    assert printed.stdout == (run.path / "future.csv").read_text()
    evaluated = call("evaluate", run.path, "--json")
    assert json.loads(evaluated.stdout)["recorded"] is True
    facts = json.loads((run.path / "final.json").read_text())
    assert facts["asked"] == final
    assert sum(facts["weights"].values()) == pytest.approx(1)
    assert run.metrics["final"]["weights"] == facts["weights"]


@pytest.mark.tensorflow
def test_a_baseline_that_is_final_has_the_models_row(table):
    """Broken on purpose: the skill measured against the final forecast itself."""
    test = trained(table, "linear").metrics["test"]
    # The final forecast is rounded to float32, as every forecast that is written.
    linear = test["baselines"]["linear"]
    for name in ("mae", "mase", "rmse"):
        assert test["model"][name] == pytest.approx(linear[name], rel=1e-5)
    assert test["skill"]["against"] != "linear"
    assert test["final"]["weights"] == {"linear": 1.0}
    assert test["network"]["mae"] != test["model"]["mae"]
    assert "final: linear" in call("runs", "show", last_of(table)).stdout


def last_of(table):
    listed = call("runs", "ls", "--runs", table.parent / "runs", "--json")
    return json.loads(listed.stdout)["runs"][0]["path"]


@pytest.mark.tensorflow
def test_a_file_that_someone_changed_is_refused(table):
    run = directory.open_complete(trained(table, "linear").path)
    loaded = load_experiment(run.resolved)
    panel = prepare(loaded.experiment, loaded.folder).panel
    network, whole = load_forecaster(run.model), run.final.read_text()

    def refused(**changed):
        run.final.write_text(json.dumps({**json.loads(whole), **changed}))
        with pytest.raises(RunError) as caught:
            open_final(run, loaded.experiment, network, panel)
        assert caught.value.hint
        return str(caught.value)

    assert "weights do not add up to 1" in refused(weights={"linear": 0.5})
    assert "linear has a weight, and no numbers" in refused(linear=None)
    unknown = refused(weights={"nobody": 1.0})
    assert "there is no forecaster 'nobody' for these data" in unknown
    linear = json.loads(whole)["linear"]
    short = {**linear, "weights": linear["weights"][1:]}
    assert "linear.weights are not 16 x 4 as the model is" in refused(linear=short)
    ragged = {**linear, "bias": linear["bias"][1:]}
    assert "linear.weights and linear.bias differ in length" in refused(linear=ragged)


def test_a_forecaster_that_is_not_there_is_no_final_one(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("data: {source: synthetic, kind: sine}\nfinal: thetaa\n")
    with pytest.raises(ConfigError, match="final: must be one of network, combin"):
        load_experiment(path)


@pytest.mark.tensorflow
def test_a_network_that_forecasts_no_number_is_not_chosen(monkeypatch):
    from seqforecast.config.experiment_file import load_mapping
    from seqforecast.workflows.pipeline import final_forecast

    loaded = load_mapping(small(split=PARTS), {"final": "auto"})
    prepared = prepare(loaded.experiment, loaded.folder)
    count = len(prepared.validation)
    out = np.full((count, 4), np.nan, np.float32)
    monkeypatch.setattr(
        final_forecast, "forecast", lambda *_, **__: iter([(None, out)])
    )
    assert "network" not in choose(prepared, Network(), Fitted.on(prepared)).weights


@pytest.mark.tensorflow
def test_the_test_part_has_no_say(table):
    """Broken on purpose: the choice by all windows after the train part."""
    loaded = load_experiment(trained(table, "auto").path / "resolved.yaml")
    prepared = prepare(loaded.experiment, loaded.folder)
    changed = prepared.panel.values.copy()
    for i, offset in enumerate(prepared.panel.offsets[:-1].tolist()):
        start, stop = prepared.parts.test[i]
        changed[offset + start : offset + stop] = -1e6
    other = dataclasses.replace(
        prepared, panel=dataclasses.replace(prepared.panel, values=changed)
    )
    run = directory.open_complete(trained(table, "auto").path)
    network = load_forecaster(run.model)
    choices = [choose(each, network, Fitted.on(each)) for each in (prepared, other)]
    assert [dict(each.weights) for each in choices[:1]] == [choices[1].weights]
    assert choices[0].errors == choices[1].errors


@pytest.mark.tensorflow
def test_an_export_says_that_the_network_alone_goes(table, tmp_path):
    run = trained(table, "linear")
    exported = call(
        *("export", run.path, "--format", "tflite", "--output", tmp_path / "x.tflite")
    )
    assert exported.exit_code == 0, exported.stderr
    said = " ".join(exported.stderr.split())
    assert "what is exported is the network alone; the final forecast of" in said
    beside = json.loads((tmp_path / "x.tflite.json").read_text())
    assert beside["final"]["weights"] == {"linear": 1.0}
    assert beside["intervals"] is None


@pytest.mark.tensorflow
def test_the_audit_is_of_the_final_forecast(table, monkeypatch):
    """Broken on purpose: an audit of the network, which leaks nothing here."""
    run = trained(table, "seasonal_naive")
    assert call("evaluate", run.path, "--audit").exit_code == 0

    from seqforecast.workflows.pipeline import final_forecast

    def peeks(panel, _train, _season, _unit):
        def forecast(windows):
            return windows.targets(panel.values).astype(np.float64)

        return forecast

    honest = final_forecast.maker_of
    monkeypatch.setattr(
        final_forecast,
        "maker_of",
        lambda name: peeks if name == "seasonal_naive" else honest(name),
    )
    audited = call("evaluate", run.path, "--audit", "--json")
    assert audited.exit_code == 1
    assert json.loads(audited.stdout)["audit"]["passed"] is False


@pytest.mark.tensorflow
def test_a_backtest_chooses_at_each_fit(table, tmp_path):
    data = {"source": "table", "path": str(table), "time": "day"}
    path = tmp_path / "back.yaml"
    path.write_text(json.dumps(small(data=data, split=PARTS, final="combination")))
    words = ("--cutoffs", 2, "--set", "training.epochs=1", "--runs", tmp_path / "r")
    result = call("backtest", path, *words, "--set", "training.compile=graph", "--json")
    document = json.loads(result.stdout)["backtest"]
    chosen = [fit["final"]["weights"] for fit in document["fits"]]
    assert len(chosen) == 2
    assert all(len(weights) > 1 for weights in chosen)
    test = document["test"]
    assert test["network"]["mae"] != test["model"]["mae"]
    assert sum(test["final"]["weights"].values()) == pytest.approx(1)


def test_windows_before_two_seasons_do_not_judge():
    """Broken on purpose: every validation window counted."""
    values = np.arange(40.0)
    series = panel_of([values, values[:25]], season=12)
    spans = np.array([[20, 40], [20, 25]])
    index = index_windows(series, spans, (3, 2))
    given = {"naive": index.targets(series.values)}
    judged = _judged(given, series, index, np.ones(2))
    known = index.starts + 3 - series.offsets[index.series]
    counts = np.isfinite(judged.actual).all(axis=1)
    # The second series never has two seasons: it is judged as it is.
    assert (counts == ((known >= 26) | (index.series == 1))).all()
    assert not counts.all()
