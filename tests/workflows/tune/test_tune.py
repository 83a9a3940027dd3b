"""Searches: ranked by validation, reading the test part once, going on when stopped."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from seqforecast.config.experiment_file import load_experiment, load_mapping
from seqforecast.errors import BackendError, Interrupted
from seqforecast.runs.directory import Destination
from seqforecast.workflows.tune import study
from seqforecast.workflows.tune import tune as workflow
from support.command_line import call
from support.small_run import small

pytestmark = pytest.mark.tensorflow

SPACE = {
    "model.units": [[3], [5]],
    "training.learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    "window.lookback": {"low": 8, "high": 16, "step": 8},
    "model.dropout": {"low": 0, "high": 0.5},
}


def table(folder, name, later=None):
    """A wave; with `later`, another one in the test part."""
    at = np.arange(200)
    wave = np.sin(at / 3) + 0.1 * np.random.default_rng(0).standard_normal(200)
    if later is not None:
        wave[170:] = later * np.random.default_rng(1).standard_normal(30)
    pd.DataFrame({"ds": at, "y": wave}).to_csv(folder / name, index=False)
    return {"source": "table", "path": str(folder / name), "season": None}


def asked(data, space=SPACE, trials=2, **more):
    training = {"epochs": 2, "batch_size": 20, "compile": "graph"}
    return small(
        data=data,
        split={"train": 140, "validation": 30, "test": 30},
        training=training | more.pop("training", {}),
        tune={"space": space, "trials": trials},
        **more,
    )


def tune(root, mapping):
    directory = workflow.tune_experiment(load_mapping(mapping), Destination(root))
    return directory, directory.read_json(directory.metrics)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tune")
    return tune(folder, asked(table(folder, "wave.csv")))


def outcomes(document):
    return [(each["settings"], each["value"]) for each in document["trials"]]


def test_the_best_trial_is_trained_and_scored_as_a_run(found):
    directory, document = found
    values = [each["value"] for each in document["trials"]]
    assert len(values) == 3
    assert document["trials"][0]["settings"] == {}  # as given
    assert document["best"]["value"] == min(values)
    best = load_experiment(directory.best).experiment
    assert best.tune is None
    settings = document["best"]["settings"] or {"model.units": [6]}
    assert best.model.units == settings["model.units"]
    assert directory.run.is_complete
    # The run trains again what the trial trained: the same validation score.
    assert document["validation"]["mae"] == pytest.approx(min(values), rel=1e-6)
    assert document["test"] == directory.run.read_json(directory.run.metrics)["test"]
    assert (directory.plots / "trials.png").is_file()
    assert (directory.plots / "settings.png").is_file()
    rows = pd.read_csv(directory.table)
    assert rows["validation_mae"].tolist() == pytest.approx(values)


def test_the_test_part_changes_nothing_that_is_found(found, tmp_path):
    """Other values there, the same search. Broken on purpose: ranked by the test."""
    _, document = tune(tmp_path, asked(table(tmp_path, "other.csv", later=99)))
    assert outcomes(document) == outcomes(found[1])
    assert document["test"] != found[1]["test"]


KILLED = """
import os, signal, sys, yaml
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from seqforecast.workflows.tune import trial
from workflows.tune.test_tune import tune
def ended(reporter, checkpoint):
    if reporter.trial.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    told(reporter, checkpoint)
told, trial.Reporter.epoch_ended = trial.Reporter.epoch_ended, ended
tune(Path(sys.argv[3]), yaml.safe_load(Path(sys.argv[2]).read_text()))
"""


def test_killed_in_a_trial_it_goes_on_to_the_same_end(found, tmp_path):
    """SIGKILL cannot be caught. Broken on purpose: the trial that was on counts."""
    mapping = asked(table(tmp_path, "wave.csv"))
    (tmp_path / "asked.yaml").write_text(yaml.safe_dump(mapping))
    tests = Path(__file__).parents[2]
    words = [sys.executable, "-c", KILLED, tests, tmp_path / "asked.yaml", tmp_path]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    (left,) = (tmp_path / "tune-small").iterdir()
    whole = {"config.yaml", "manifest.json", "request.json", "run.log", "study.db"}
    # SQLite undoes what its journal holds when the study is opened again.
    names = {path.name for path in left.iterdir()}
    assert names - {".lock", "study.db-journal"} == whole
    assert json.loads((left / "manifest.json").read_text())["status"] == "running"
    directory, document = tune(tmp_path, mapping)
    assert directory.path == left
    assert outcomes(document) == outcomes(found[1])
    assert document["test"] == found[1]["test"]
    assert [each["number"] for each in document["trials"]] == [0, 1, 2]


def test_stopped_at_the_end_it_goes_on_there(found, tmp_path, monkeypatch):
    """Stopped while the best settings train, the search is not failed but stopped."""
    real = workflow.train_experiment

    def stop(loaded, place):
        real(loaded, place)
        (place.exact / "metrics.json").unlink()
        raise Interrupted("by Ctrl-C", hint="train --resume goes on")

    monkeypatch.setattr(workflow, "train_experiment", stop)
    mapping = asked(table(tmp_path, "wave.csv"))
    with pytest.raises(Interrupted) as caught:
        tune(tmp_path, mapping)
    assert caught.value.hint == "the same command goes on"
    (stopped,) = (tmp_path / "tune-small").iterdir()
    assert json.loads((stopped / "manifest.json").read_text())["status"] == (
        "interrupted"
    )
    assert not (stopped / "trials.csv").exists()
    monkeypatch.setattr(workflow, "train_experiment", real)
    # What another best trial left is not gone on with.
    (stopped / "best.yaml").write_text("name: another")
    directory, document = tune(tmp_path, mapping)
    assert directory.path == stopped
    assert document["test"] == found[1]["test"]
    assert load_experiment(directory.run.resolved).experiment.name == "small"


def test_the_command_shows_trials_and_the_directory(found, tmp_path):
    (tmp_path / "x.yaml").write_text(
        yaml.safe_dump(asked(table(tmp_path, "w.csv"), trials=1))
    )
    result = call("tune", tmp_path / "x.yaml", "--runs", tmp_path / "runs")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("trial     validation MAE  model.dropout")
    assert "is optimistic" in result.stdout
    bare = small(data=table(tmp_path, "w.csv"))
    (tmp_path / "y.yaml").write_text(yaml.safe_dump(bare))
    result = call("tune", tmp_path / "y.yaml")
    assert result.exit_code == 2
    assert "has no tune section" in result.stderr


def test_without_optuna_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(BackendError, match=r"^Optuna does not load: ") as caught:
        study.load_optuna()
    assert caught.value.hint == "pip install 'seqforecast[tune]'"
