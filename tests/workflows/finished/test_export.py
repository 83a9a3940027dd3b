"""Exporting a run: the file, what lies beside it, and what it is checked against."""

import json
import re
import warnings

import numpy as np
import pytest

from support.command_line import call
from support.small_run import small, train

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two series with scales of their own, and a calendar."""
    import pandas as pd

    folder = tmp_path_factory.mktemp("export")
    days = pd.date_range("2025-01-01", periods=120)
    waves = {"a": np.sin(np.arange(120)), "b": 90 + 9 * np.cos(np.arange(120) / 2)}
    pd.DataFrame({"day": days, **waves}).to_csv(folder / "waves.csv", index=False)
    data = {
        "source": "table",
        "path": str(folder / "waves.csv"),
        "time": "day",
        "calendar": ["weekday"],
    }
    levels = {"level": [60]}
    return train(folder, small(data=data, training={"epochs": 1}, intervals=levels))


def test_the_file_beside_says_how_to_call_it(run, tmp_path):
    """By nothing else than it, onnxruntime makes the forecasts of the run."""
    import onnxruntime

    from seqforecast.runs.forecasts import read_forecasts
    from seqforecast.workflows.finished.export import export_run
    from seqforecast.workflows.pipeline.prepare import prepare

    path = tmp_path / "waves.onnx"
    told = export_run(run, "onnx", path)
    assert told == json.loads((tmp_path / "waves.onnx.json").read_text())
    assert told["bytes"] == path.stat().st_size
    assert 0 <= told["check"]["largest"] < told["check"]["tolerance"]
    session = onnxruntime.InferenceSession(path)
    names = {each["name"] for each in told["inputs"]}
    assert names == {each.name for each in session.get_inputs()}
    assert names == {"values", "series", "covariates"}

    from seqforecast.config.experiment_file import load_experiment

    loaded = load_experiment(run.resolved)
    prepared = prepare(loaded.experiment, loaded.folder)
    test = prepared.test
    given = {
        "values": test.inputs(prepared.panel.values)[:, :, None],
        "series": test.series,
        "covariates": prepared.features.take(test.places(20), test.series),
    }
    made = session.run([told["output"]["name"]], given)[0]
    recorded = read_forecasts(run)
    y_hat = recorded["y_hat"].to_numpy().reshape(made.shape)
    np.testing.assert_allclose(made, y_hat, rtol=1e-5, atol=1e-5)
    around = told["intervals"]
    units = np.array(around["units"])[given["series"]]
    upper = made + np.outer(units, around["margins"][0])
    q_80 = recorded["q_80"].to_numpy().reshape(made.shape)
    np.testing.assert_allclose(upper, q_80, rtol=1e-5, atol=1e-5)


def test_a_model_that_differs_is_refused_and_not_kept(run, tmp_path, monkeypatch):
    """Broken on purpose: the comparison left out."""
    from dataclasses import replace

    from seqforecast.models import export

    form = export.FORMATS["tflite"]

    def off(path):
        right = form.read(path)
        return lambda inputs: right(inputs) * np.float32(1.001)

    broken = {**export.FORMATS, "tflite": replace(form, read=off)}
    monkeypatch.setattr("seqforecast.workflows.finished.export.FORMATS", broken)
    path = tmp_path / "waves.tflite"
    result = call("export", run.path, "--format", "tflite", "--output", path)
    assert result.exit_code == 1
    assert re.search("forecasts otherwise: by up to 0.0", result.stderr)
    assert not [*tmp_path.iterdir()]


def test_an_export_takes_the_place_of_an_earlier_one_only(run, tmp_path):
    place = tmp_path / "mine"
    place.mkdir()
    (place / "thesis.tex").write_text("years of work")
    words = ("export", run.path, "--format", "savedmodel", "--output", place)
    result = call(*words)
    assert result.exit_code == 5
    assert "mine holds something else" in result.stderr
    (place / "thesis.tex").unlink()
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = call(*words)
        assert result.exit_code == 0, result.stderr
        assert result.stdout.splitlines()[-1] == str(place)
    assert {each.name for each in tmp_path.iterdir()} == {"mine", "mine.json"}


def test_a_run_without_its_data_cannot_be_checked(run, tmp_path):
    moved = run.path.parents[1] / "waves.csv"
    kept = moved.read_bytes()
    moved.unlink()
    try:
        result = call("export", run.path, "--format", "onnx")
    finally:
        moved.write_bytes(kept)
    assert result.exit_code == 3
    assert not run.exports.exists()


def test_no_run_no_export(tmp_path):
    result = call("export", tmp_path, "--format", "onnx")
    assert result.exit_code == 5
    assert call("export", tmp_path, "--format", "pickle").exit_code == 2
