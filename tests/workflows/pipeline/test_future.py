"""Every run forecasts the steps after the end of its data."""

import json

import numpy as np
import pandas as pd
import pytest

import seqforecast
from support.small_run import small

pytestmark = pytest.mark.tensorflow


def table(folder, *, ahead=0, whole=False):
    steps = np.arange(160)
    stamps = steps if whole else pd.date_range("2024-01-01", periods=160, freq="D")
    frame = pd.DataFrame({"day": stamps, "a": np.sin(steps / 3), "promo": steps % 5})
    if ahead:
        last = pd.date_range("2024-06-09", periods=ahead, freq="D")
        more = pd.DataFrame({"day": last, "promo": np.arange(ahead) % 5})
        frame = pd.concat([frame, more])
    frame.to_csv(folder / "one.csv", index=False)
    return {
        "source": "table",
        "path": str(folder / "one.csv"),
        "time": "day",
        "target": "a",
    }


def trained(data, folder, **changes):
    changes = {"training.epochs": 1, "training.compile": "graph"} | changes
    return seqforecast.train(small(data=data), changes, runs=folder / "runs")


def test_the_future_begins_after_the_last_stamp(tmp_path):
    """Broken on purpose: the last window of the test part instead."""
    run = trained(table(tmp_path), tmp_path)
    future = pd.read_csv(run.path / "future.csv")
    assert future["ds"].tolist() == [f"2024-06-{day:02}" for day in range(9, 13)]
    assert future.columns.tolist()[:4] == ["unique_id", "ds", "step", "y_hat"]
    assert {"q_10", "q_90"} <= {*future.columns}
    facts = {"file": "future.csv", "first": "2024-06-09", "last": "2024-06-12"}
    assert run.metrics["future"] == facts
    assert (run.path / "plots" / "future.png").is_file()
    pd.testing.assert_frame_equal(
        future, run.predict().assign(ds=future["ds"]), check_dtype=False
    )


def test_whole_numbers_go_on(tmp_path):
    run = trained(table(tmp_path, whole=True), tmp_path)
    future = pd.read_csv(run.path / "future.csv")
    assert future["ds"].tolist() == [160, 161, 162, 163]
    facts = run.metrics["future"]
    assert (facts["first"], facts["last"]) == (160, 163)


def test_what_is_not_known_ahead_is_said_and_ends_nothing(tmp_path):
    """Broken on purpose: the error not caught."""
    data = table(tmp_path) | {"future": ["promo"]}
    run = trained(data, tmp_path)
    facts = run.metrics["future"]
    assert facts["file"] is None
    assert "needs column 'promo' for the 4 steps" in facts["reasons"]["file"]
    assert not (run.path / "future.csv").exists()
    assert not (run.path / "plots" / "future.png").exists()
    said = (run.path / "run.log").read_text()
    assert "no forecast after the end of the data" in said


def test_what_is_known_ahead_is_used(tmp_path):
    run = trained(table(tmp_path, ahead=4) | {"future": ["promo"]}, tmp_path)
    assert len(pd.read_csv(run.path / "future.csv")) == 4


def test_intervals_may_be_switched_off(tmp_path):
    run = trained(table(tmp_path), tmp_path, intervals="none")
    future = pd.read_csv(run.path / "future.csv")
    assert future.columns.tolist() == ["unique_id", "ds", "step", "y_hat"]
    assert json.loads((run.path / "metrics.json").read_text())["test"]["model"]
    assert not (run.path / "intervals.json").exists()
