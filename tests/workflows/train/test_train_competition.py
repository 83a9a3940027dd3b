"""The protocol of a competition from end to end: ragged series, gaps, groups, OWA."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from seqforecast.cli.app import app
from seqforecast.runs.directory import open_complete
from seqforecast.runs.forecasts import read_forecasts
from support.small_run import train

pytestmark = pytest.mark.tensorflow

LENGTHS = {"a": 80, "b": 64, "c": 32}  # c: no train window, but one to be scored
MISSING = [("a", 40), ("a", 79), ("b", 63), ("b", 64)]  # 79, 63, 64 are test steps
SETTINGS = {
    "name": "competition",
    "split": {"train": "rest", "validation": 4, "test": 4},
    "window": {"lookback": 24, "horizon": 4},
    "model": {"cell": "gru", "units": [4]},
    "training": {"epochs": 2, "sampling": "series", "steps_per_epoch": 3},
    "evaluation": {"baselines": ["seasonal_naive", "naive2"], "group": "kind"},
}


def table(folder):
    """Write three series of unequal length that begin at step 1, some values empty."""
    random, rows = np.random.default_rng(0), []
    for name, steps in LENGTHS.items():
        t = np.arange(1, steps + 1)
        wave = 20 + 5 * np.sin(np.pi * t / 2) + random.standard_normal(steps)
        for step, value in zip(t.tolist(), wave.tolist(), strict=True):
            empty = (name, step) in MISSING
            kind = "short" if name == "c" else "long"
            rows.append((name, step, math.nan if empty else value, kind))
    frame = pd.DataFrame(rows, columns=["unique_id", "ds", "y", "kind"])
    frame.to_csv(folder / "panel.csv", index=False)
    return {
        "source": "table",
        "path": str(folder / "panel.csv"),
        "layout": "long",
        "season": 4,
        "missing": "seasonal",
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("competition")
    return train(folder, {**SETTINGS, "data": table(folder)})


def test_every_series_is_forecast_once_and_missing_values_are_not_scored(run):
    test = run.read_json(run.metrics)["test"]
    assert (test["windows"], test["cutoffs"], test["points"]) == (3, 3, 12 - 3)
    assert test["notes"][0].startswith("3 of 12 points are not scored")
    assert open_complete(run.path) == run


def test_the_forecasts_have_no_truth_where_there_was_none(run):
    """Broken on purpose: the filled value written as the truth."""
    forecasts = read_forecasts(run)
    empty = forecasts[forecasts["y"].isna()]
    assert list(zip(empty["unique_id"], empty["ds"], strict=True)) == MISSING[1:]
    assert forecasts["y"].dtype == float
    assert forecasts["y_hat"].notna().all()
    error = (forecasts["y"] - forecasts["y_hat"]).abs().mean()  # of those known
    model = run.read_json(run.metrics)["test"]["model"]
    assert error == pytest.approx(model["mae"], rel=1e-5)


def test_owa_stands_beside_every_forecaster(run):
    test = run.read_json(run.metrics)["test"]
    naive2 = test["baselines"]["naive2"]
    for of in (test["model"], *test["baselines"].values()):
        ratios = [of[name] / naive2[name] for name in ("smape", "mase")]
        assert of["owa"] == pytest.approx(sum(ratios) / 2)


def test_groups_and_series_have_scores_of_their_own(run):
    groups = run.read_json(run.metrics)["test"]["groups"]
    assert {name: (of["series"], of["points"]) for name, of in groups.items()} == {
        "long": (2, 5),
        "short": (1, 4),
    }
    series = pd.read_csv(run.series).set_index("unique_id")
    assert series["points"].to_dict() == {"a": 3, "b": 2, "c": 4}
    assert series["group"].to_dict() == {"a": "long", "b": "long", "c": "short"}
    for metric in ("mae", "mase", "rmsse", "smape"):
        alone = groups["short"]["model"][metric]
        assert series.loc["c", metric] == pytest.approx(alone)


def test_the_run_says_what_is_short_and_what_was_filled(run):
    log = run.log.read_text()
    assert "1 of 3 series have no whole window in the train part: c;" in log
    assert "they are scored like the others" in log
    assert "missing values filled with the median so far" in log


def test_the_settings_train_the_same_run_again(run, tmp_path):
    place = tmp_path / "again"
    arguments = ["train", str(run.resolved), "--run-dir", str(place), "--json", "-q"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    again = json.loads(result.stdout)["metrics"]["test"]
    assert again == run.read_json(run.metrics)["test"]


def test_the_table_of_groups_is_printed(tmp_path):
    data = table(tmp_path)
    lines = ["name: shown", f"data: {json.dumps(data)}"]
    lines += [f"{key}: {json.dumps(SETTINGS[key])}" for key in list(SETTINGS)[1:]]
    (tmp_path / "shown.yaml").write_text("\n".join(lines))
    place = ["--run-dir", str(tmp_path / "run"), "-q"]
    result = CliRunner().invoke(app, ["train", str(tmp_path / "shown.yaml"), *place])
    assert result.exit_code == 0, result.stderr
    assert "\ngroup  series  model MASE" in result.stdout
    assert "OWA" in result.stdout.splitlines()[0]


def test_by_series_short_histories_divide_by_what_precedes_the_first_target(tmp_path):
    """Broken on purpose: `lookback` steps, targets among them."""
    from seqforecast.config.experiment_file import load_mapping
    from seqforecast.evaluation.scorer import MODEL
    from seqforecast.workflows.pipeline.prepare import prepare
    from seqforecast.workflows.pipeline.scores import _scorer

    table = [
        {"unique_id": name, "ds": step, "y": float(step if step < 5 else 100 + step)}
        for name in "abcdefghij"
        for step in range(12)
    ]
    path = tmp_path / "short.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    asked = {
        "data": {"source": "table", "path": str(path), "layout": "long", "time": "ds"},
        "split": {"by": "series"},
        "window": {"lookback": 20, "horizon": 2, "min_history": 5},
    }
    asked["data"] |= {"id": "unique_id", "season": None}
    loaded = load_mapping(asked, {})
    prepared = prepare(loaded.experiment, loaded.folder)
    windows = prepared.test
    scorer = _scorer(prepared, windows, prepared.parts.test, [MODEL])
    truth = windows.targets(prepared.panel.values)
    scorer.add(windows, truth, {MODEL: truth + 1})
    # Before the first target the series rises by one a step.
    assert scorer.metrics_of(MODEL)["mase"] == pytest.approx(1.0)
