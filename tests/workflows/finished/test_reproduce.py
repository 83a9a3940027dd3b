"""Training again: equal, equal within tolerance, or what differs."""

import json

import numpy as np
import pandas as pd
import pytest

from seqforecast.reporting.terminal import render_reproduction
from seqforecast.runs.run_files import RunDirectory
from support.command_line import call
from support.small_run import SMALL, small, train

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(tmp_path_factory.mktemp("reproduce"), SMALL, **{"training.epochs": 2})


def reproduce(run, *words):
    result = call("reproduce", run.path, "--json", *words)
    return result, json.loads(result.stdout)


def copy(run, tmp_path):
    import shutil

    return RunDirectory(shutil.copytree(run.path, tmp_path / "copy"))


def test_the_same_run_again_is_equal(run, tmp_path):
    result, told = reproduce(run, "--run-dir", tmp_path / "again")
    assert result.exit_code == 0
    assert told["result"] == "equal"
    assert {each["what"] for each in told["compared"]} == {
        *("history", "forecasts", "scores", "weights")
    }
    assert told["surroundings"] == []
    assert RunDirectory(tmp_path / "again").is_complete


def test_small_differences_are_within_tolerance_and_large_ones_are_not(run, tmp_path):
    other = copy(run, tmp_path)
    frame = pd.read_csv(other.forecasts)
    frame["y_hat"] *= 1 + 1e-5
    frame.to_csv(other.forecasts, index=False)
    manifest = other.read_json(other.manifest)
    manifest["versions"]["numpy"] = "1.0"
    other.manifest.write_text(json.dumps(manifest))
    result, told = reproduce(other)
    assert (result.exit_code, told["result"]) == (0, "within tolerance")
    assert any(each["recorded"] == "1.0" for each in told["surroundings"])
    result, told = reproduce(other, "--tolerance", "1e-7")
    assert (result.exit_code, told["result"]) == (1, "different")
    different = [each["what"] for each in told["compared"] if not each["equal"]]
    assert different == ["forecasts"]
    assert "Different: more than the tolerance of 1e-07." in render_reproduction(told)


def test_a_run_that_began_with_the_weights_of_another_is_refused(run, tmp_path):
    other = copy(run, tmp_path)
    manifest = other.read_json(other.manifest)
    manifest["from"] = {"path": "runs/first"}
    other.manifest.write_text(json.dumps(manifest))
    result = call("reproduce", other.path)
    assert result.exit_code == 5
    assert result.stderr == (
        f"error: {other.path} began with the weights of another run: runs/first\n"
        "hint: only a run that began with weights of its own can be reproduced from "
        "its own record; reproduce the other one, then repeat the command in "
        "manifest.json\n"
    )


def test_changed_and_absent_data_are_refused(tmp_path):
    steps = pd.DataFrame({"ds": np.arange(160), "y": np.sin(np.arange(160) / 3)})
    steps.to_csv(tmp_path / "x.csv", index=False)
    data = {"source": "table", "path": str(tmp_path / "x.csv")}
    quick = {"training.epochs": 1, "training.compile": "eager"}
    made = train(tmp_path, small(data=data), **quick)
    steps.assign(y=steps["y"] + 1).to_csv(tmp_path / "x.csv", index=False)
    result = call("reproduce", made.path)
    assert result.exit_code == 3
    said = f"the data have changed since {made.path} was trained: SHA-256 "
    assert said in result.stderr
    assert result.stderr.endswith(
        "hint: put the data back; a run can only be reproduced on the same data\n"
    )
    (tmp_path / "x.csv").unlink()
    assert call("reproduce", made.path).exit_code == 3
    assert call("reproduce", tmp_path).exit_code == 5
