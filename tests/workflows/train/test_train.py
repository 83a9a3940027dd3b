"""A run holds what it should, and comes out the same again."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqforecast.errors import BackendError, DataError, RunError
from seqforecast.evaluation.baselines.registry import ALWAYS
from seqforecast.runs.directory import open_complete
from support.small_run import SMALL, same_run, small, train

pytestmark = pytest.mark.tensorflow

# Compiled as by default, unlike most runs of the tests.
DEFAULT = small(training={**SMALL["training"], "compile": "auto"})
FILES = {
    "config.yaml",
    "resolved.yaml",
    "manifest.json",
    "history.csv",
    "forecasts.csv",
    "series.csv",
    "future.csv",
    "intervals.json",
    "metrics.json",
    "model.keras",
    "model.txt",
    "preprocess.json",
    "seen.json",
    "checkpoint.npz",
    "memory.csv",
    "report.html",
    "run.log",
    "plots",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(tmp_path_factory.mktemp("run"), DEFAULT, drawn=True)


def test_a_run_holds_every_file(run):
    found = {path.name for path in run.path.iterdir() if path.name != ".lock"}
    assert found == FILES
    assert (run.plots / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert (run.plots / "forecast.png").is_file()
    assert (run.plots / "memory.png").is_file()
    assert open_complete(run.path) == run


def test_the_history_has_a_line_an_epoch(run):
    history = pd.read_csv(run.history)
    assert list(history.columns)[:6] == [
        "epoch",
        "loss",
        "val_loss",
        "learning_rate",
        "seconds",
        "windows_per_second",
    ]
    assert history["epoch"].tolist() == [1, 2, 3]
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]


def test_forecasts_are_in_the_unit_of_the_data(run):
    """The sine of SMALL has amplitude 1 and rises to 3.2."""
    forecasts = pd.read_csv(run.forecasts)
    assert list(forecasts.columns) == [
        "unique_id",
        "cutoff",
        "ds",
        "step",
        "y",
        "y_hat",
        *("q_2.5", "q_10", "q_90", "q_97.5"),
    ]
    assert (forecasts["ds"] - forecasts["cutoff"] == forecasts["step"]).all()
    assert forecasts["y_hat"].between(-2, 6).all()


def test_the_scores_are_those_of_the_forecasts(run):
    """The file and the scores were made apart; MAE from the file must agree."""
    forecasts = pd.read_csv(run.forecasts)
    test = run.read_json(run.metrics)["test"]
    assert test["points"] == len(forecasts)
    mae = (forecasts["y"] - forecasts["y_hat"]).abs().mean()
    assert test["model"]["mae"] == pytest.approx(mae, rel=1e-5)
    assert set(test["baselines"]) == {*ALWAYS, "ets"}


def test_the_manifest_says_what_was_run(run):
    manifest = run.read_json(run.manifest)
    assert manifest["status"] == "complete"
    assert manifest["device"]["name"] == "cpu"
    assert manifest["device"]["why"]
    assert manifest["seeds"] == {"run": 0, "data": 0}
    assert len(manifest["data"]["sha256"]) == 64
    assert {"python", "tensorflow", "keras", "numpy"} <= set(manifest["versions"])


def test_the_saved_model_takes_raw_values_and_gives_raw_values(run):
    """A process that only loads the file gets the forecasts of the run."""
    code = (
        "import sys, json, numpy as np\n"
        "import seqforecast.models.layers\n"
        "import keras\n"
        "model = keras.models.load_model(sys.argv[1])\n"
        "raw = np.load(sys.argv[2])\n"
        "print(json.dumps(model.predict(raw, verbose=0).tolist()))\n"
    )
    from seqforecast.config.experiment_file import load_experiment
    from seqforecast.workflows.pipeline.prepare import prepare

    loaded = load_experiment(run.resolved)
    prepared = prepare(loaded.experiment, loaded.folder)
    raw = prepared.test.inputs(prepared.panel.values)[:, :, np.newaxis]
    np.save(run.path.parent / "raw.npy", raw)
    done = subprocess.run(
        [sys.executable, "-c", code, str(run.model), str(run.path.parent / "raw.npy")],
        capture_output=True,
        text=True,
        check=True,
    )
    found = np.array(json.loads(done.stdout)).ravel()
    expected = pd.read_csv(run.forecasts)["y_hat"]
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_resolved_settings_train_the_same_run_again(run, tmp_path):
    from seqforecast.config.experiment_file import load_experiment
    from seqforecast.runs.directory import Destination
    from seqforecast.workflows.train.train import train_experiment

    again = train_experiment(load_experiment(run.resolved), Destination(tmp_path))
    assert same_run(run, again) == []


def test_the_same_seed_gives_the_same_run_in_a_second_process(run, tmp_path):
    """Broken on purpose: `fix_seeds` left out."""
    code = (
        "import sys; from pathlib import Path\n"
        "from seqforecast.config.experiment_file import load_experiment\n"
        "from seqforecast.runs.directory import Destination\n"
        "from seqforecast.workflows.train.train import train_experiment\n"
        "loaded = load_experiment(Path(sys.argv[1]))\n"
        "print(train_experiment(loaded, Destination(Path(sys.argv[2]))).path)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run.config), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    from seqforecast.runs.run_files import RunDirectory

    other = RunDirectory(Path(done.stdout.strip()))
    assert same_run(run, other) == []


def test_another_seed_gives_another_run(run, tmp_path):
    other = train(tmp_path, DEFAULT, seed=1)
    assert same_run(run, other)


def test_a_used_run_directory_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(RunError, match="is not empty"):
        train(tmp_path / "x", SMALL, exact=tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep me"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt"]


def test_an_absent_device_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(BackendError, match="asks for 'gpu:7', but TensorFlow sees"):
        train(tmp_path / "runs", SMALL, **{"training.device": "gpu:7"})
    assert not (tmp_path / "runs").exists()


def test_windows_that_do_not_fit_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(DataError, match="the train part is shorter than a window"):
        train(tmp_path / "runs", SMALL, **{"window.lookback": 10_000_000})
    assert not (tmp_path / "runs").exists()


def test_a_constant_history_trains_and_its_undefined_metrics_say_why(tmp_path):
    frame = pd.DataFrame({"ds": range(60), "y": 5.0})
    frame.loc[59, "y"] = 5.5
    frame.to_csv(tmp_path / "flat.csv", index=False)
    data = {"source": "table", "path": str(tmp_path / "flat.csv")}
    run = train(tmp_path / "runs", small(data=data))
    model = run.read_json(run.metrics)["test"]["model"]
    assert 0 < model["mae"] < 0.5
    assert model["mase"] is None
    assert "no in-sample error to divide by" in model["reasons"]["mase"]
    assert run.read_json(run.metrics)["test"]["verdict"] != "better"
