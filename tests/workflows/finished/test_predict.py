"""Forecasts after the end of data, by a finished run: its own data, or new ones."""

import json
import signal
import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import seqforecast
from seqforecast.errors import DataError
from support.command_line import call
from support.small_run import SMALL, small
from support.workbooks import write_workbook

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def frame():
    steps = np.arange(160)
    stamps = pd.date_range("2024-01-01", periods=160, freq="D")
    columns = {"a": np.sin(steps / 3), "b": 50 + 9 * np.cos(steps / 4)}
    return pd.DataFrame({"day": stamps} | columns)


@pytest.fixture(scope="module")
def run(tmp_path_factory, frame):
    folder = tmp_path_factory.mktemp("predict")
    frame.to_csv(folder / "two.csv", index=False)
    data = {"source": "table", "path": str(folder / "two.csv"), "time": "day"}
    return seqforecast.train(
        small(data=data), {"training.epochs": 1}, runs=folder / "runs"
    )


@pytest.mark.parametrize("name", ["new.csv", "new.csv.gz", "new.parquet"])
def test_a_file_is_forecast_as_a_frame_is(run, frame, tmp_path, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        frame.iloc[:-9].to_parquet(path)
    else:
        frame.iloc[:-9].to_csv(path, index=False)
    made = run.predict(path)
    pd.testing.assert_frame_equal(made, run.predict(frame.iloc[:-9]))
    joined = made.merge(
        frame.melt("day", var_name="unique_id", value_name="y"),
        left_on=["unique_id", "ds"],
        right_on=["unique_id", "day"],
    )
    assert len(joined) == len(made) == 8


def test_frames_of_other_libraries_are_forecast_as_one_of_pandas_is(
    run, frame, tmp_path
):
    """Broken on purpose: frames told by an attribute `columns`, which tables lack."""
    expected = run.predict(frame)
    table = pa.Table.from_pandas(frame)
    for data in (table, pl.from_pandas(frame), duckdb.from_arrow(table)):
        pd.testing.assert_frame_equal(run.predict(data), expected)
    rows = [frame.columns.tolist(), *frame.to_numpy().tolist()]
    for row in rows[1:]:
        row[0] = row[0].to_pydatetime()
    write_workbook(tmp_path / "new.xlsx", {"Sheet1": rows})
    pd.testing.assert_frame_equal(run.predict(tmp_path / "new.xlsx"), expected)
    with pytest.raises(DataError, match="got LazyFrame") as caught:
        run.predict(pl.from_pandas(frame).lazy())
    assert caught.value.hint == "collect it first: data.collect()"


def test_the_times_may_be_the_index_of_a_frame(run, frame):
    """Broken on purpose: a frame refused that is read from a Parquet file."""
    made = run.predict(frame.set_index("day"))
    pd.testing.assert_frame_equal(made, run.predict(frame))


def test_all_columns_that_are_not_there_are_named(run, frame, tmp_path):
    long = {"source": "table", "path": "x.csv", "layout": "long", "past": ["wind"]}
    from seqforecast.config.experiment_file import load_mapping
    from seqforecast.workflows.finished.new_data import load_data

    with pytest.raises(DataError) as caught:
        load_data(load_mapping({"data": long}), frame.rename(columns={"a": "dz"}))
    assert str(caught.value) == (
        "data frame has no columns 'ds', 'y', 'unique_id', 'wind', which this run reads"
    )
    assert caught.value.hint == "known: b, day, dz"
    frame.rename(columns={"day": "days"}).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(DataError, match=r"x\.csv has no column 'day', which this run"):
        run.predict(tmp_path / "x.csv")


@pytest.mark.parametrize("frequency", ["h", "2D", "W-MON", "MS"])
def test_steps_of_another_length_are_refused(run, frame, frequency):
    stamps = pd.date_range("2024-01-01", periods=160, freq=frequency)
    with pytest.raises(DataError, match=r"has steps of '.*', this run was trained on"):
        run.predict(frame.assign(day=stamps))


def test_gaps_are_no_other_steps(run, frame):
    with pytest.raises(DataError, match="has no value at 2024-02-10"):
        run.predict(frame.drop(index=40))


def test_values_far_outside_what_was_trained_on_are_told(run, frame, caplog):
    run.predict(frame)
    assert "drift" not in caplog.text
    far = frame.copy()
    far.loc[150, "a"] = -3.5  # trained from -1 to 1
    run.predict(far)
    assert "shift: a lie further outside" in caplog.text
    assert "most of all a, whose train part ran from -0.99" in caplog.text
    caplog.clear()
    far.loc[150, "a"] = -2.5
    far.loc[100, "a"] = -3.5  # not in the lookback
    run.predict(far)
    assert "drift" not in caplog.text


def test_the_command_writes_what_python_returns(run, tmp_path):
    expected = run.predict()
    for name, read in (("next.csv", pd.read_csv), ("next.parquet", pd.read_parquet)):
        result = call("predict", run.path, "--output", tmp_path / name)
        assert result.exit_code == 0, result.stderr
        assert result.stdout == f"{tmp_path / name}\n"
        made = read(tmp_path / name)
        made["ds"] = pd.to_datetime(made["ds"]).astype(expected["ds"].dtype)
        pd.testing.assert_frame_equal(made, expected, check_dtype=False)
    printed = call("predict", run.path).stdout
    assert printed == (tmp_path / "next.csv").read_text()
    assert printed.splitlines()[1].startswith("a,2024-06-09,1,")
    told = json.loads(call("predict", run.path, "--json").stdout)
    assert told["forecasts"][0]["ds"] == "2024-06-09"
    assert len(told["forecasts"]) == len(expected)


def test_the_data_are_not_written_over(run, frame, tmp_path):
    frame.to_csv(tmp_path / "new.csv", index=False)
    before = (tmp_path / "new.csv").read_bytes()
    (tmp_path / "link.csv").symlink_to("new.csv")
    data = ("--data", tmp_path / "new.csv")
    result = call("predict", run.path, *data, "--output", tmp_path / "link.csv")
    assert result.exit_code == 2
    assert "link.csv is the data" in result.stderr
    assert (tmp_path / "new.csv").read_bytes() == before


def test_the_ending_of_a_file_may_be_in_capitals(run, tmp_path):
    """Broken on purpose: Parquet under the name of a CSV file."""
    call("predict", run.path, "--output", tmp_path / "NEXT.CSV")
    assert len(pd.read_csv(tmp_path / "NEXT.CSV")) == 8


def test_wrong_calls_say_what_is_wrong(run, tmp_path):
    (tmp_path / "a.csv").mkdir()
    cases = {
        ("predict", run.path, "--output", "next.xls"): (
            2,
            (
                "next.xls: forecasts are written as .csv or .parquet\n"
                "hint: name it next.csv\n"
            ),
        ),
        ("predict", run.path, "--data", tmp_path / "no.csv"): (3, "does not exist"),
        ("predict", tmp_path): (5, "is not a run"),
        ("predict", run.path, "--output", tmp_path / "no/x.csv"): (5, "is no folder"),
        ("predict", run.path, "--output", tmp_path / "a.csv"): (5, "it is a folder"),
        ("predict", run.path, "--device", "gpu:7"): (4, "TensorFlow sees"),
    }
    for words, (code, text) in cases.items():
        result = call(*words)
        assert result.exit_code == code, words
        assert text in result.stderr


BROKEN = {
    "preprocess.json": [
        ({}, "columns: field required"),
        ({"horizon": 5}, "horizon: 5, that of the model is 4"),
        ({"lookback": 17}, "lookback: 17, that of the model is 16"),
        ({"series": "ab"}, "series: input should be a valid list"),
        ({"scale": {"kind": "none"}}, "scale.shared: field required"),
    ],
    "manifest.json": [({}, "name: field required"), ({"data": {}}, "data.sha256")],
    "intervals.json": [({}, "level: field required"), ({"margins": [[0.1]]}, "1 x 4")],
    "seen.json": [({}, "until: field required"), ({"until": {"a": [1]}}, "until.a")],
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_of_a_run_that_are_not_as_written_end_predict_and_evaluate(
    tmp_path, frame, name
):
    """Exit code 5, the name of the file, what is wrong, and what mends it."""
    frame.to_csv(tmp_path / "two.csv", index=False)
    frame.iloc[:-2].to_csv(tmp_path / "new.csv", index=False)
    settings = small(
        data={"source": "table", "path": str(tmp_path / "two.csv"), "time": "day"},
        intervals={"level": [80]},
    )
    quick = {"training.epochs": 1, "training.compile": "eager"}
    run = seqforecast.train(settings, quick, runs=tmp_path / "runs")
    path = run.path / name
    whole = json.loads(path.read_text())
    for changed, message in BROKEN[name]:
        path.write_text(json.dumps(whole | changed if changed else {}))
        for command in ("predict", "evaluate"):
            result = call(command, run.path, "--data", tmp_path / "new.csv")
            if name == "seen.json" and command == "predict":
                assert result.exit_code == 0  # it does not need that file
                continue
            assert result.exit_code == 5, (command, changed, result.output)
            assert f"error: {path} is not as seqforecast writes it: " in result.stderr
            assert message in result.stderr.replace("\n", " ")
            assert (
                f"hint: `seqforecast train {run.path}/resolved.yaml`" in result.stderr
            )
    path.write_text(json.dumps(whole))
    assert call("predict", run.path).exit_code == 0


def test_synthetic_runs_forecast_their_own_data_only(tmp_path, frame):
    run = seqforecast.train(SMALL, {"training.epochs": 1}, runs=tmp_path)
    frame.to_csv(tmp_path / "x.csv", index=False)
    result = call("predict", run.path, "--data", tmp_path / "x.csv")
    assert result.exit_code == 2
    assert "made its data itself" in result.stderr
    assert len(run.predict()) == 4


def test_killed_it_leaves_nothing_half_written(run, tmp_path):
    """Stopped in the middle of its rows. Broken on purpose: written in place."""
    words = ["predict", run.path, "--output", tmp_path / "next.csv"]
    slow = (
        "import time, sys\n"
        "from seqforecast.runs import forecasts\n"
        "rows = forecasts.RowMaker.rows\n"
        "def wait(*given):\n"
        "    print('rows', flush=True); time.sleep(60); return rows(*given)\n"
        "forecasts.RowMaker.rows = wait\n"
        "from seqforecast.cli.app import main\n"
        "sys.argv = ['seqforecast', *sys.argv[1:]]\n"
        "main()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", slow, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "rows\n"
    child.send_signal(signal.SIGTERM)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130, told
    assert not [*tmp_path.iterdir()]
