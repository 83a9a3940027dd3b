"""Searches: ranked by validation, reading the test part once, going on when stopped."""

import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from calling import call
from seqforecast.config.loading import load_experiment, load_mapping
from seqforecast.errors import BackendError, Interrupted
from seqforecast.runs.place import Place
from seqforecast.workflows import searching
from small import small

pytestmark = pytest.mark.tensorflow

SPACE = {
    "model.units": [[3], [5]],
    "training.learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    "window.lookback": {"low": 8, "high": 16, "step": 8},
}


def table(folder, name, later=None):
    """A wave; with `later`, another one in the test part."""
    at = np.arange(200)
    wave = np.sin(at / 3) + 0.1 * np.random.default_rng(0).standard_normal(200)
    if later is not None:
        wave[170:] = later * np.random.default_rng(1).standard_normal(30)
    pd.DataFrame({"ds": at, "y": wave}).to_csv(folder / name, index=False)
    return {"source": "table", "path": str(folder / name), "season": None}


def asked(data, space=SPACE, trials=3):
    return small(
        data=data,
        split={"train": 140, "validation": 30, "test": 30},
        training={"epochs": 2, "batch_size": 20},
        tune={"space": space, "trials": trials},
    )


def tune(root, mapping):
    from seqforecast.workflows.tune import tune_experiment

    directory = tune_experiment(load_mapping(mapping), Place(root))
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
    assert document["best"]["value"] == min(values)
    best = load_experiment(directory.best).experiment
    assert best.tune is None
    assert best.model.units == document["best"]["settings"]["model.units"]
    assert directory.run.is_complete
    # The run trains again what the trial trained: the same validation score.
    assert document["validation"]["mae"] == pytest.approx(min(values), rel=1e-6)
    assert document["test"] == directory.run.read_json(directory.run.metrics)["test"]
    assert (directory.plots / "trials.png").is_file()
    rows = pd.read_csv(directory.table)
    assert rows["validation_mae"].tolist() == pytest.approx(values)


def test_the_test_part_changes_nothing_that_is_found(found, tmp_path):
    """Other values there, the same search. Broken on purpose: ranked by the test."""
    _, document = tune(tmp_path, asked(table(tmp_path, "other.csv", later=99)))
    assert outcomes(document) == outcomes(found[1])
    assert document["test"] != found[1]["test"]


def test_stopped_in_a_trial_it_goes_on_to_the_same_end(found, tmp_path, monkeypatch):
    real, calls = searching.try_settings, []

    def stop(*given):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(searching, "try_settings", stop)
    mapping = asked(table(tmp_path, "wave.csv"))
    with pytest.raises(Interrupted, match="interrupted"):
        tune(tmp_path, mapping)
    (stopped,) = (tmp_path / "tune-small").iterdir()
    assert not (stopped / "tune.json").exists()
    directory, document = tune(tmp_path, mapping)
    assert directory.path == stopped
    assert outcomes(document) == outcomes(found[1])


def test_a_trial_that_fails_is_told_and_ends_nothing(tmp_path):
    """A lookback that its segments do not divide."""
    space = {"model.segment": [3, 4], "model.units": [[3], [4]]}
    mapping = asked(table(tmp_path, "wave.csv"), space, trials=4)
    _, document = tune(tmp_path, mapping)
    states = {each["settings"]["model.segment"]: each for each in document["trials"]}
    assert states[3]["state"] == "failed"
    assert "must be whole segments of 3 steps" in states[3]["error"]
    assert states[4]["state"] == "complete"


def test_the_command_shows_trials_and_the_directory(found, tmp_path):
    (tmp_path / "x.yaml").write_text(
        yaml.safe_dump(asked(table(tmp_path, "w.csv"), trials=1))
    )
    result = call("tune", tmp_path / "x.yaml", "--runs", tmp_path / "runs")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("trial  validation MAE  model.units")
    assert "is optimistic" in result.stdout
    bare = small(data=table(tmp_path, "w.csv"))
    (tmp_path / "y.yaml").write_text(yaml.safe_dump(bare))
    result = call("tune", tmp_path / "y.yaml")
    assert result.exit_code == 2
    assert "has no tune section" in result.stderr


def test_without_optuna_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(BackendError) as caught:
        searching.load_optuna()
    assert caught.value.hint == "pip install 'seqforecast[tune]'"
