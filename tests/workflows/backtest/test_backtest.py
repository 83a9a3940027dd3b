"""Backtests as a whole: what each fit knows, and what is left after a stop."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import DataError, Interrupted, RunError
from seqforecast.runs.directory import Destination
from seqforecast.workflows.backtest.plan import plan_backtest
from seqforecast.workflows.pipeline import baselines
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from support.small_run import small, train

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("ctrl_c")]

HORIZON, VALIDATION, CUTOFFS, LENGTH = 4, 12, 3, 120
SPLIT = {"train": "rest", "validation": VALIDATION, "test": HORIZON}
BASELINES = ["naive", "seasonal_naive", "drift", "linear"]
# Dropout and a partial batch: all that must begin anew with each fit.
TRAINING = {"epochs": 2, "learning_rate": 0.01, "batch_size": 24, "compile": "graph"}


def wave(steps=LENGTH):
    at = np.arange(steps)
    noise = np.random.default_rng(1).normal(0, 0.1, steps)
    return np.sin(at / 2) + 0.02 * at + noise


def settings(path, values, **changed):
    """An experiment on a file of these values."""
    pd.DataFrame({"t": np.arange(len(values)), "y": values}).to_csv(path, index=False)
    data = {"source": "table", "path": str(path), "time": "t", "season": 12}
    asked = {"intervals": {"level": [80]}, **changed}
    return small(data=data, split=SPLIT, training=TRAINING, **asked)


def backtest(place, mapping, display=None, **asked):
    from seqforecast.workflows.backtest.backtest import backtest_experiment

    planned = plan_backtest(load_mapping(mapping, {}), **{"cutoffs": CUTOFFS, **asked})
    return backtest_experiment(planned, place, display)


def forecasts(directory):
    return pd.read_csv(directory.forecasts)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    mapping = settings(folder / "wave.csv", wave())
    return backtest(Destination(folder / "runs"), mapping)


def test_each_fit_is_a_run_on_the_data_up_to_there(whole, tmp_path):
    """A loop by hand: the file is cut after each horizon, and `train` does the rest.

    Broken on purpose: scales of the first fit kept; weights not begun anew; margins
    of the first fit.
    """
    number, stop = 2, LENGTH - HORIZON
    run = train(tmp_path / "runs", settings(tmp_path / "cut.csv", wave()[:stop]))

    made, alone = forecasts(whole), forecasts(run)
    mine = made[made["cutoff"] == stop - HORIZON - 1].reset_index(drop=True)
    assert len(mine) == HORIZON
    for column in ("ds", "step", "y", "y_hat", "q_10", "q_90"):
        assert np.array_equal(mine[column], alone[column]), column
    document = whole.read_json(whole.metrics)
    then = document["by_cutoff"][number - 1]
    test = run.read_json(run.metrics)["test"]
    for name in BASELINES:
        of, expected = then["baselines"][name]["mae"], test["baselines"][name]["mae"]
        assert of == pytest.approx(expected, rel=1e-9)
    assert then["model"]["mae"] == pytest.approx(test["model"]["mae"], rel=1e-9)


def test_nothing_after_a_cutoff_influences_its_forecasts(whole, tmp_path):
    """Broken on purpose: the scale learnt on all values."""
    cutoff = LENGTH - 2 * HORIZON  # the second of three; from here on all is scrambled
    values = wave()
    values[cutoff:] = np.random.default_rng(2).normal(1e4, 1e3, LENGTH - cutoff)
    other = backtest(
        Destination(tmp_path / "runs"), settings(tmp_path / "wave.csv", values)
    )
    columns = ["cutoff", "step", "y_hat", "q_10", "q_90", *BASELINES]
    mine, yours = (
        made.loc[made["cutoff"] < cutoff, columns]
        for made in (forecasts(whole), forecasts(other))
    )
    assert len(mine) == 2 * HORIZON
    pd.testing.assert_frame_equal(mine, yours, check_exact=True)
    assert not forecasts(whole)["y_hat"].equals(forecasts(other)["y_hat"])


def test_it_leaves_everything_it_promises(whole):
    names = {path.name for path in whole.path.iterdir()}
    assert names >= {
        *("backtest.json", "config.yaml", "cutoffs.csv", "fits", "forecasts.csv"),
        *("manifest.json", "plots", "request.json", "resolved.yaml", "run.log"),
    }
    manifest = whole.read_json(whole.manifest)
    assert manifest["status"] == "complete"
    assert manifest["backtest"]["fits"] == 3
    told = whole.read_json(whole.metrics)["fits"]
    steps = [each["train_steps"]["most"] for each in told]
    assert steps == [96, 100, 104]
    assert "3 cutoffs" in whole.log.read_text()


class Stopper(NoDisplay):
    """Sends this process a signal in the last epoch of a fit."""

    def __init__(self, fit, number):
        self.fit, self.number, self.now = fit, number, 0

    def fit_began(self, fit, _name):
        self.now = fit + 1

    def stepped(self, epoch, *_):
        if (self.now, epoch) == (self.fit, 2):
            os.kill(os.getpid(), self.number)


KILLED = """
import sys, yaml
from pathlib import Path
from seqforecast.runs.directory import Destination
sys.path.insert(0, sys.argv[1])
from workflows.backtest.test_backtest import Stopper, backtest
backtest(Destination(Path(sys.argv[3])), yaml.safe_load(Path(sys.argv[2]).read_text()),
         Stopper(2, 9))
"""


def stop_by_signal(place, mapping):
    with pytest.raises(Interrupted, match="interrupted"):
        backtest(place, mapping, Stopper(2, signal.SIGTERM))


def kill(place, mapping):
    asked = place.root.parent / "asked.yaml"
    asked.write_text(yaml.safe_dump(mapping))
    tests = str(Path(__file__).parents[2])
    words = [sys.executable, "-c", KILLED, tests, str(asked), str(place.root)]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("stop", [stop_by_signal, kill])
def test_the_same_command_goes_on_where_it_was_stopped(whole, tmp_path, stop):
    """Broken on purpose: a finished fit trained again; the checkpoint not read."""
    place = Destination(tmp_path / "runs")
    mapping = settings(tmp_path / "wave.csv", wave())
    stop(place, mapping)
    (left,) = (place.root / "backtest-small").iterdir()
    unfinished = {path.name for path in left.iterdir() if path.name[0] != "."}
    assert unfinished == {
        *("config.yaml", "fits", "manifest.json", "request.json", "resolved.yaml"),
        "run.log",
    }
    finished = left / "fits" / "1" / "fit.json"
    before = finished.stat().st_mtime_ns
    assert not (left / "fits" / "2" / "fit.json").exists()
    begun = (left / "fits" / "2" / "history.csv").read_text()
    assert len(begun.splitlines()) == 2  # the first of its two epochs

    again = backtest(place, mapping)
    assert again.path == left
    assert finished.stat().st_mtime_ns == before
    # With the seconds it took then: it was not trained again.
    assert (left / "fits" / "2" / "history.csv").read_text().startswith(begun)
    assert again.forecasts.read_bytes() == whole.forecasts.read_bytes()
    assert again.table.read_bytes() == whole.table.read_bytes()
    documents = [each.read_json(each.metrics) for each in (again, whole)]
    assert documents[0]["test"] == documents[1]["test"]
    assert not any(left.rglob("checkpoint.npz"))


def test_a_finished_backtest_is_never_written_over(whole, tmp_path):
    mapping = settings(tmp_path / "wave.csv", wave())
    with pytest.raises(RunError, match="is finished, or holds another request"):
        backtest(Destination(exact=whole.path), mapping)


def test_a_forecast_that_is_no_number_is_no_result(tmp_path, monkeypatch):
    def fit(prepared, name):
        return lambda windows: np.full((len(windows), HORIZON), np.nan)

    monkeypatch.setattr(baselines, "fit_baseline", fit)
    training = {"epochs": 1, "batch_size": 24, "compile": "eager"}
    mapping = settings(tmp_path / "wave.csv", wave()) | {"training": training}
    message = "^the forecast of naive for y is not a finite number$"
    with pytest.raises(DataError, match=message) as caught:
        backtest(Destination(tmp_path / "runs"), mapping, cutoffs=1)
    assert caught.value.hint == (
        "if the model diverged, lower training.learning_rate or set training.clip_norm"
    )
    assert not [*tmp_path.rglob("forecasts.csv")]


def test_panels_members_covariates_and_short_series(tmp_path):
    """Two lookbacks, two members, a refit, a horizon known ahead, unequal lengths."""
    random = np.random.default_rng(3)
    frame = pd.concat(
        pd.DataFrame(
            {
                "unique_id": name,
                "ds": pd.date_range("2024-01-01", periods=length, freq="D"),
                "y": random.normal(10, 1, length),
                "is_first": (np.arange(length) % 7 == 0).astype(float),
            }
        )
        for name, length in (("a", 70), ("b", 42), ("c", 70))
    )
    frame["y"] += 3 * frame["is_first"]
    frame.to_csv(tmp_path / "panel.csv", index=False)
    mapping = small(
        data={
            "source": "table",
            "path": str(tmp_path / "panel.csv"),
            "layout": "long",
            "time": "ds",
            "future": ["is_first"],
            "calendar": ["weekday"],
        },
        split={"train": "rest", "validation": 6, "test": 4},
        window={"lookback": [21, 14], "horizon": 4, "min_history": 5},
        training={**TRAINING, "ensemble": 2, "refit": True},
    )
    asked = {"cutoffs": 3, "step": 3, "window": "sliding", "refit": 2}
    directory = backtest(Destination(tmp_path / "runs"), mapping, **asked)
    made = forecasts(directory)
    assert len(made) == 3 * 3 * 4
    joined = made.merge(
        frame.assign(ds=frame["ds"].astype(str)), on=["unique_id", "ds"]
    )
    assert len(joined) == len(made)
    assert np.allclose(joined["y_x"], joined["y_y"])
    told = directory.read_json(directory.metrics)["fits"]
    assert [each["cutoffs"] for each in told] == [[1, 2], [3, 3]]
    assert len({str(each["train_steps"]) for each in told}) == 1
