"""Searching without training: what is drawn, told, stopped and gone on with."""

import csv
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import (
    BackendError,
    ConfigError,
    DataError,
    Interrupted,
    RunError,
    TrainingError,
)
from seqforecast.reporting.tune.table import render_tuning
from seqforecast.runs.directory import Destination
from seqforecast.workflows.pipeline.prepare import prepare
from seqforecast.workflows.tune import study, trial
from seqforecast.workflows.tune import tune as workflow
from seqforecast.workflows.tune.trial import PrunedError, Reporter, changed, metric_of
from support.small_run import small

pytest.importorskip("optuna")

SPACE = {
    "model.units": [[3], [5]],
    "model.instance_norm": [None, "last"],
    "model.dropout": {"low": 0, "high": 0.5},
    "training.epochs": {"low": 2, "high": 6, "step": 2},
    "training.learning_rate": {"low": 0.001, "high": 1, "log": True},
}


def asked(space=SPACE, trials=12, **more):
    return small(tune={"space": space, "trials": trials, **more})


@pytest.fixture(autouse=True, scope="module")
def no_waiting_for_the_disk():
    """A study waits for the disk at every step; no power fails in these tests."""
    sqlalchemy = pytest.importorskip("sqlalchemy")  # optuna brings it

    def go_on(connection, _):
        connection.execute("PRAGMA synchronous = OFF")

    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", go_on)
    yield
    sqlalchemy.event.remove(sqlalchemy.Engine, "connect", go_on)


@pytest.fixture
def tried(monkeypatch):
    """Let every trial be pretended: its error is known from its settings."""
    seen = []

    def pretend(experiment, values, given, reporter):
        seen.append(values)
        settled = changed(experiment, values)
        error = settled.training.learning_rate + settled.model.dropout
        return {"mae": error, "mase": None, "reasons": {"mase": "all is constant"}}

    def score(directory, text):
        directory.best.write_text(text)
        scores = {"mae": 2.0, "rmse": 2.0, "smape": 2.0, "mase": 2.0, "mse": 2.0}
        skill = {"metric": "mae", "against": "naive", "value": 0.1, "low": 0.05}
        test = {
            "model": scores,
            "baselines": {"naive": scores},
            "skill": {**skill, "high": 0.2, "blocks": 9},
            "verdict": "better",
        }
        return {"test": test, "validation": {"model": scores}}

    monkeypatch.setattr(study, "try_settings", pretend)
    monkeypatch.setattr(workflow, "_train_best", score)
    return seen


def tune(root, mapping, **limits):
    loaded = load_mapping(mapping)
    directory = workflow.tune_experiment(loaded, Destination(root), **limits)
    return directory, directory.read_json(directory.metrics)


def outcomes(document):
    return [(each["settings"], each["value"]) for each in document["trials"]]


def test_every_value_is_one_the_setting_holds(tried, tmp_path):
    """Whole ends of a number are no whole numbers. Broken on purpose: so they were."""
    _, document = tune(tmp_path, asked(trials=24))
    first, *drawn = [each["settings"] for each in document["trials"]]
    assert first == {}
    for values in drawn:
        assert values["training.epochs"] in (2, 4, 6)
        assert 0.001 <= values["training.learning_rate"] <= 1
        assert changed(load_mapping(asked()).experiment, values).tune is None
    for name in ("model.dropout", "training.learning_rate"):
        assert len({values[name] for values in drawn}) > 20
    norms = {values["model.instance_norm"] for values in drawn}
    assert norms == {None, "last"}  # null is `none`, as in the file


def test_it_finds_lower_errors_than_chance(tried, tmp_path):
    """Trials after the first five are drawn where errors were low."""
    directory, document = tune(tmp_path, asked(trials=24))
    values = [each["value"] for each in document["trials"][1:]]
    lines = directory.log.read_text().splitlines()
    told = [line for line in lines if " of 24: " in line]
    best = f"trial {document['best']['number']} of 24: validation MAE "
    assert best in [line for line in told if "best so far" in line][-1]
    assert "0.21, best so far (as given)" in told[0]
    lowest = {0.21, *(min(0.21, *values[: at + 1]) for at in range(24))}
    assert sum("best so far" in line for line in told) == len(lowest)
    assert np.mean(values[12:]) < np.mean(values[:5])
    assert document["best"]["value"] == min(v for _, v in outcomes(document))


def test_stopped_anywhere_it_goes_on_to_the_same_end(tried, tmp_path, monkeypatch):
    """Broken on purpose: one sampler with one seed draws its first trials again."""
    _, whole = tune(tmp_path / "whole", asked())
    real, calls = study.try_settings, []

    def broken(*given):
        calls.append(1)
        if len(calls) in (1, 2 + 1, 7 + 2):  # trials 1, 2 and 7, each the first time
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(study, "try_settings", broken)
    for _ in range(3):
        with pytest.raises(Interrupted):
            tune(tmp_path, asked())
        assert not [*(tmp_path / "tune-small").glob("*/trials.csv")]
    _, document = tune(tmp_path, asked())
    assert len(calls) == 13 + 3
    assert outcomes(document) == outcomes(whole)
    assert [each["number"] for each in document["trials"]] == list(range(13))


def test_more_trials_go_on_with_a_search_that_was_stopped(tried, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(workflow, "_train_best", stop)
        with pytest.raises(Interrupted):
            tune(tmp_path, asked(trials=3))
    _, document = tune(tmp_path, asked(trials=5))
    assert len(tried) == 6
    assert [each["number"] for each in document["trials"]] == [*range(6)]
    directory, again = tune(tmp_path, asked(trials=5))  # the other one is complete
    assert len([*directory.path.parent.iterdir()]) == 2
    assert outcomes(again) == outcomes(document)


def test_the_same_settings_are_tried_once(tried, tmp_path):
    """Broken on purpose: three values, and twenty were trained."""
    space = {"model.units": [[3], [5], [7]], "model.instance_norm": [None, "last"]}
    directory, document = tune(tmp_path, asked(space, trials=60))
    assert len(tried) == 7  # as given, and six
    assert len(document["trials"]) < 61
    assert "every value of the space was tried" in directory.log.read_text()
    assert {each["state"] for each in document["trials"]} == {"complete"}


def test_a_study_that_is_broken_is_told(tried, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(workflow, "_train_best", stop)
        with pytest.raises(Interrupted):
            tune(tmp_path, asked(trials=3))
    (directory,) = (tmp_path / "tune-small").iterdir()
    (directory / "study.db").write_bytes(b"no study" * 99)
    message = r"study\.db cannot be read or written: .* not a database"
    with pytest.raises(RunError, match=message) as caught:
        tune(tmp_path, asked(trials=3))
    assert caught.value.hint == (
        "free some space, then the same command goes on; where the file is broken, "
        "search anew with another --run-dir"
    )


def stop(*_):
    raise KeyboardInterrupt


def test_no_trial_begins_when_it_is_late(tried, tmp_path, caplog):
    directory, document = tune(tmp_path, asked(), minutes=0)
    assert outcomes(document) == [({}, pytest.approx(0.21))]
    assert "no trial begins after 0 minutes" in directory.log.read_text()
    assert "Nothing was tried beside the experiment as given" in render_tuning(document)


def test_trials_that_fail_are_told_and_end_nothing(tried, tmp_path, monkeypatch):
    real = study.try_settings

    def broken(experiment, values, given, reporter):
        if values.get("model.units") == [3]:
            raise TrainingError("training left\nthe finite numbers")
        if values.get("training.epochs") == 2:
            raise PrunedError
        return real(experiment, values, given, reporter)

    monkeypatch.setattr(study, "try_settings", broken)
    directory, document = tune(tmp_path, asked())
    states = [each["state"] for each in document["trials"]]
    assert set(states) == {"complete", "failed", "pruned"}
    told = render_tuning(document)
    assert f"{states.count('failed')} failed" in told
    with directory.table.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["state"] for row in rows] == states
    failed = [row for row in rows if row["state"] == "failed"]
    assert {row["error"] for row in failed} == {"training left the finite numbers"}
    assert {row["model.units"] for row in failed} == {"[3]"}


def test_all_failing_is_an_error(tried, tmp_path, monkeypatch):
    def broken(*_):
        raise ConfigError("they do not go together")

    message = "^none of 4 trials came to an end; the first: they do not go together$"
    monkeypatch.setattr(study, "try_settings", broken)
    with pytest.raises(TrainingError, match=message) as caught:
        tune(tmp_path, asked(trials=3))
    assert caught.value.hint == "run.log tells why each failed; narrow tune.space"
    assert not [*(tmp_path / "tune-small").glob("*/tune.json")]


def test_a_machine_that_cannot_train_ends_the_search(tried, tmp_path, monkeypatch):
    def broken(*_):
        raise BackendError("no GPU")

    monkeypatch.setattr(study, "try_settings", broken)
    with pytest.raises(BackendError, match="no GPU"):
        tune(tmp_path, asked())


def test_a_metric_that_is_not_defined_is_no_number(tried, tmp_path):
    """It is of no trial: the first one ends the search. Broken: all were tried."""
    with pytest.raises(DataError, match="MASE: all is constant") as caught:
        tune(tmp_path, asked(metric="mase", trials=9))
    assert caught.value.hint == "set tune.metric: mae"
    assert len(tried) == 1
    panel = prepare(load_mapping(small()).experiment, tmp_path).panel
    assert metric_of("auto", panel, {"mase": 1.0}) == "mae"


def test_a_lookback_with_other_validation_windows_is_refused(tmp_path):
    """Short series would drop out, and what is left may be easier."""
    long, short = np.arange(60), np.arange(20, 60)
    frame = pd.DataFrame(
        {
            "unique_id": ["a"] * len(long) + ["b"] * len(short),
            "ds": [*long, *short],
            "y": np.sin([*long, *short]),
        }
    )
    frame.to_csv(tmp_path / "panel.csv", index=False)
    settings = small(
        data={"source": "table", "path": str(tmp_path / "panel.csv"), "layout": "long"},
        split={"train": "rest", "validation": 4, "test": 10},
        window={"lookback": 10, "horizon": 4},
    )
    experiment = load_mapping(settings).experiment
    given = prepare(experiment, tmp_path)
    with pytest.raises(ConfigError, match="other validation windows"):
        trial.try_settings(experiment, {"window.lookback": 28}, given, None)


class Asked:
    """A trial that remembers what it is told."""

    def __init__(self):
        self.told = []

    def report(self, value, step):
        self.told.append((step, value))

    def should_prune(self):
        return False


def test_members_of_an_ensemble_are_not_held_against_each_other():
    """With patience the fifth epoch may be one of any member."""
    trial = Asked()
    reporter = Reporter(trial, prunes=True)
    for member, epoch, loss in [(1, 1, 3.0), (1, 2, 2.0), (2, 1, 9.0)]:
        record = SimpleNamespace(member=member, epoch=epoch, val_loss=loss)
        reporter.epoch_ended(SimpleNamespace(history=[record]))
    assert trial.told == [(1, 3.0), (2, 2.0)]
    assert reporter.epochs == 3


@given(st.integers(0, 2**32 - 1), st.integers(0, 1000))
def test_samplers_of_trials_have_nothing_in_common(seed, trial):
    seeds = {study._seed_of(seed + a, trial + b) for a in (0, 1) for b in (0, 1)}
    assert len(seeds) == 4
