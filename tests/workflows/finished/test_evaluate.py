"""Scoring a run again, on its own data and on newer ones; and the leak audit."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_experiment
from seqforecast.workflows.pipeline import prepare as preparing
from support.command_line import call
from support.small_run import SMALL, small, train

pytestmark = pytest.mark.tensorflow

# How it was trained does not matter to the audit.
QUICK = {"training.epochs": 1, "training.compile": "eager"}
STEPS, CUT = 240, 200
COVARIATES = {"past": ["wind"], "future": ["promotion"], "calendar": ["weekday"]}


def table(steps=STEPS):
    """Two series that follow a promotion, and a wind that comes before."""
    frames = []
    for number in range(2):
        random = np.random.default_rng(number)
        promotion = random.integers(0, 2, STEPS)
        wind = random.normal(0, 1, STEPS)
        y = 10 * number + 3 * promotion + 0.1 * random.normal(0, 1, STEPS)
        stamps = pd.date_range("2024-01-01", periods=STEPS)
        columns = {"ds": stamps, "y": y, "wind": wind, "promotion": promotion}
        frames.append(pd.DataFrame({"unique_id": f"s{number}", **columns})[:steps])
    return pd.concat(frames, ignore_index=True)


def asked(path, **data):
    source = {"source": "table", "path": str(path), "layout": "long", **data}
    return small(data=source, window={"lookback": 8, "horizon": 4})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    table(CUT).to_csv(folder / "old.csv", index=False)
    return train(folder, asked(folder / "old.csv", **COVARIATES))


def evaluate(run, *words):
    result = call("evaluate", run.path, "--json", *words)
    return result, json.loads(result.stdout)


def test_its_own_test_part_has_the_scores_it_had(run):
    result, told = evaluate(run)
    assert result.exit_code == 0
    assert told["recorded"] is True
    assert told["test"] == run.read_json(run.metrics)["test"]


def test_of_newer_data_only_what_was_not_learnt_from_is_scored(run, tmp_path):
    """All windows whose targets lie after the run's validation part."""
    table().to_csv(tmp_path / "new.csv", index=False)
    output = tmp_path / "f.csv"
    words = ("--data", tmp_path / "new.csv", "--output", output)
    result, told = evaluate(run, *words)
    assert result.exit_code == 0, result.stderr
    made = pd.read_csv(output)
    old = pd.read_csv(run.forecasts)
    assert made["cutoff"].min() == old["cutoff"].min()
    assert made["ds"].max() == "2024-08-27"
    both = made.merge(old, on=["unique_id", "cutoff", "ds"], suffixes=("", "_old"))
    assert len(both) == len(old)
    np.testing.assert_allclose(both["y_hat"], both["y_hat_old"], rtol=1e-5)
    error = (made["y"] - made["y_hat"]).abs().mean()
    assert told["test"]["model"]["mae"] == pytest.approx(error, rel=1e-5)
    assert "are history here, and not scored" in " ".join(told["test"]["notes"])
    assert told["recorded"] is None


def test_what_the_weights_had_seen_before_the_run_is_not_scored(run, tmp_path):
    """As after a warm start. Broken on purpose: scored from its own test part on."""
    warm = tmp_path / "warm"
    shutil.copytree(run.path, warm)
    seen = json.loads((warm / "seen.json").read_text())
    seen["until"] |= {"s1": "2024-07-30", "new": "2024-08-10", "other": 7}
    (warm / "seen.json").write_text(json.dumps(seen))
    frames = [table(), table().query("unique_id == 's0'").replace({"s0": "new"})]
    pd.concat(frames).to_csv(tmp_path / "new.csv", index=False)
    words = ("--data", tmp_path / "new.csv", "--output", tmp_path / "f.csv")
    assert call("evaluate", warm, *words).exit_code == 0
    cutoffs = pd.read_csv(tmp_path / "f.csv").groupby("unique_id")["cutoff"].min()
    own = pd.read_csv(run.forecasts)["cutoff"].min()
    assert cutoffs.to_dict() == {"s0": own, "s1": "2024-07-30", "new": "2024-08-10"}


def test_strangers_and_a_wrong_file_are_told(run, tmp_path):
    frame = table().replace({"s1": "new"})
    frame.to_csv(tmp_path / "new.csv", index=False)
    _, told = evaluate(run, "--data", tmp_path / "new.csv")
    notes = " ".join(told["test"]["notes"])
    assert "Series that the run was not trained on: new" in notes
    table(150).to_csv(tmp_path / "early.csv", index=False)
    result, _ = evaluate(run, "--data", tmp_path / "early.csv")
    assert result.exit_code == 3
    assert "has not been trained or chosen on" in result.stderr
    told = " ".join(result.stderr.split())
    assert "needs 4 new steps and 8 before them; no series has more than 0" in told
    assert call("evaluate", run.path, "--output", "x.txt").exit_code == 2
    assert call("evaluate", tmp_path).exit_code == 5


def test_a_file_that_begins_after_the_run_has_a_history_too(run, tmp_path):
    """Its first lookback, which MASE divides by. Broken on purpose: none."""
    frame = table()
    frame[frame["ds"] >= "2024-07-10"].to_csv(tmp_path / "late.csv", index=False)
    _, told = evaluate(run, "--data", tmp_path / "late.csv")
    assert told["scored"]["first"] == "2024-07-18"
    assert told["test"]["model"]["mase"] > 0
    assert "history" not in " ".join(told["test"]["notes"])


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_nothing_that_is_read_is_written_over(run, tmp_path, command):
    """Broken on purpose: the file of the data taken for a new one."""
    data, own = tmp_path / "new.csv", load_experiment(run.resolved).experiment.data
    table().to_csv(data, index=False)
    for output in (data, run.forecasts, Path(own.path)):
        before = output.read_bytes()
        result = call(command, run.path, "--data", data, "--output", output)
        assert result.exit_code == 2
        assert "would be written over" in result.stderr
        assert output.read_bytes() == before


def test_a_name_in_capitals_is_the_same_kind_of_file(run, tmp_path):
    """Broken on purpose: all but `.csv` written as Parquet."""
    assert call("evaluate", run.path, "-o", tmp_path / "F.CSV").exit_code == 0
    made = pd.read_csv(tmp_path / "F.CSV")
    assert len(made) == len(pd.read_csv(run.forecasts))


@pytest.fixture
def changing(run):
    """The file the run was trained on, put back afterwards."""
    path = Path(load_experiment(run.resolved).experiment.data.path)
    before = path.read_bytes()
    yield path
    path.write_bytes(before)


def test_of_its_own_file_that_has_grown_nothing_learnt_from_is_scored(run, changing):
    """Broken on purpose: the file cut anew, so that scores begin somewhere else."""
    table().to_csv(changing, index=False)
    result, told = evaluate(run)
    assert "the data have changed since this run was trained" in result.stderr
    assert told["recorded"] is None
    assert told["data"]["path"] == str(changing)
    _, other = evaluate(run, "--data", changing)
    assert told["test"] == other["test"]
    assert told["scored"] == {"series": 2, "first": "2024-06-19", "last": "2024-08-27"}


def test_its_own_file_with_less_than_was_trained_on_is_refused(run, changing):
    """Cut anew, its test part would lie in the train part of the run."""
    table(150).to_csv(changing, index=False)
    result, _ = evaluate(run)
    assert result.exit_code == 3
    assert "has not been trained or chosen on" in result.stderr


def test_data_that_have_changed_are_not_audited(run, changing):
    table(199).to_csv(changing, index=False)
    result, told = evaluate(run, "--audit")
    assert result.exit_code == 3
    assert "the data have changed since this run was trained" in result.stderr
    assert told["error"]["hint"] == (
        "put the data back, or train anew on what they are now"
    )


@pytest.fixture(scope="module")
def hourly(tmp_path_factory):
    """A run on hours of Tokyo with gaps, a calendar and groups, and its data."""
    folder = tmp_path_factory.mktemp("hourly")
    frame = table(CUT).assign(kind=lambda each: "kind " + each["unique_id"])
    hours = pd.date_range("2024-01-01", periods=CUT, freq="h").map("{}+09:00".format)
    frame["ds"] = [*hours, *hours]
    frame.loc[[20, 80, 190, 350], "y"] = np.nan
    frame.to_csv(folder / "x.csv", index=False)
    data = {"missing": "seasonal", "season": 7, "calendar": ["hour"]}
    wanted = {**asked(folder / "x.csv", **data), "evaluation": {"group": "kind"}}
    return train(folder, wanted, **QUICK), frame


def test_groups_are_scored_on_other_data_too(hourly, tmp_path):
    made, frame = hourly
    frame.to_csv(tmp_path / "x.csv", index=False)
    result, told = evaluate(made, "--data", tmp_path / "x.csv")
    assert set(told["test"]["groups"]) == {"kind s0", "kind s1"}
    assert "these are in" not in result.stderr
    frame.drop(columns="kind").to_csv(tmp_path / "y.csv", index=False)
    _, told = evaluate(made, "--data", tmp_path / "y.csv")
    assert "groups" not in told["test"]
    assert any("no column 'kind'" in note for note in told["test"]["notes"])
    result = call("evaluate", made.path, "--data", tmp_path / "no.csv")
    assert result.exit_code == 3
    assert "hint: a relative path starts where you are" in result.stderr


@pytest.mark.parametrize(
    "words", [("evaluate", "--json"), ("predict",)], ids=["evaluate", "predict"]
)
def test_stamps_on_another_clock_are_told(hourly, tmp_path, words):
    """Nine hours that were trained on would pass for new, and nobody would know."""
    made, frame = hourly
    utc = frame["ds"].str.replace("+09:00", "Z")
    frame.assign(ds=utc).to_csv(tmp_path / "x.csv", index=False)
    command, *more = words
    result = call(command, made.path, "--data", tmp_path / "x.csv", *more)
    assert result.exit_code == 0
    assert "time stamps are in +0900, these are in UTC" in result.stderr


@pytest.mark.parametrize("which", ["covariates", "gaps"])
def test_a_clean_model_passes_the_audit(run, hourly, which):
    result, told = evaluate(run if which == "covariates" else hourly[0], "--audit")
    assert result.exit_code == 0, told["audit"]
    assert told["audit"]["passed"]
    assert told["audit"]["windows"] == 10


def test_synthetic_data_are_audited_too(tmp_path):
    made = train(tmp_path, SMALL, **QUICK)
    assert evaluate(made, "--audit")[1]["audit"]["passed"]


def leak_scale(monkeypatch):
    """Learn the scale from all of the data."""
    learn = preparing.learn_scale

    def leaky(panel, parts, kind):
        whole = np.stack([np.zeros_like(panel.lengths), panel.lengths], axis=1)
        return learn(panel, replace(parts, train=whole), kind)

    monkeypatch.setattr(preparing, "learn_scale", leaky)


def leak_future(monkeypatch):
    """Read covariates that are known up to the cutoff from four steps later."""
    learn = preparing.learn_features

    def leaky(*given):
        features = learn(*given)
        first, *others = features.tracks
        ahead = replace(first, shifts=first.shifts + 4)
        return replace(features, tracks=(ahead, *others))

    monkeypatch.setattr(preparing, "learn_features", leaky)


@pytest.mark.parametrize(
    ("leak", "what"), [(leak_scale, "scale"), (leak_future, "forecast")]
)
def test_a_model_that_leaks_on_purpose_is_caught(tmp_path, monkeypatch, leak, what):
    leak(monkeypatch)
    table(CUT).to_csv(tmp_path / "x.csv", index=False)
    made = train(tmp_path, asked(tmp_path / "x.csv", past=["wind"]), **QUICK)
    result, told = evaluate(made, "--audit")
    assert result.exit_code == 1
    assert not told["audit"]["passed"]
    assert any(what in each["what"] for each in told["audit"]["differences"])
    shown = call("evaluate", made.path, "--audit").stdout
    assert "Leak audit: FAILED." in shown


def test_filling_from_later_values_is_a_leak_and_said(tmp_path):
    """`interpolate` knows the value after a gap, also where the cutoff is inside it."""
    frame = table(CUT)
    frame.loc[frame["ds"].isin(pd.date_range("2024-06-25", periods=4)), "y"] = np.nan
    frame.to_csv(tmp_path / "x.csv", index=False)
    data = {"missing": "interpolate"}
    made = train(tmp_path, asked(tmp_path / "x.csv", **data), **QUICK)
    result, told = evaluate(made, "--audit")
    assert result.exit_code == 1
    assert "fills a gap from the value after it" in told["audit"]["why"]


def test_the_audit_needs_the_runs_own_data(run, tmp_path):
    result = call("evaluate", run.path, "--audit", "--data", tmp_path / "x.csv")
    assert result.exit_code == 2
    load_experiment(run.resolved)
