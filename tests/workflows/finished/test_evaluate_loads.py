"""What a command reads it reads once: settings, and data that may be large."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from seqforecast.config import experiment_file
from seqforecast.data.table import load, open_file
from support.command_line import call
from support.small_run import small, train

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loads")
    steps = np.arange(160)
    values = pd.concat(
        pd.DataFrame({"ds": steps, "y": np.sin(steps / 3 + i), "unique_id": name})
        for i, name in enumerate("ab")
    )
    kinds = values["unique_id"].map({"a": "one", "b": "two"})
    values.assign(kind=kinds).to_csv(folder / "x.csv", index=False)
    data = {"source": "table", "path": str(folder / "x.csv"), "layout": "long"}
    quick = {"training.epochs": 1, "training.compile": "eager"}
    settings = small(data=data, evaluation={"group": "kind"})
    return train(folder / "runs", settings, **quick, **{"intervals.level": [60]})


@pytest.fixture
def counted(monkeypatch):
    """How often each file of settings is read, each of data opened, and data loaded."""
    counts = Counter()

    def count(module, name, key):
        before = getattr(module, name)

        def counting(*given):
            counts[key(*given)] += 1
            return before(*given)

        monkeypatch.setattr(module, name, counting)

    count(experiment_file, "read_text", lambda path: path.name)
    count(open_file, "_hash", lambda path: path.name)
    count(load, "look_over", lambda *_: "loaded")
    return counts


def longer(run, name):
    """Write what may have come since, with the columns of the run."""
    path = run.path.parents[2] / name
    frame = pd.read_csv(path.with_name("x.csv"))
    later = frame[frame["ds"] < 8].assign(ds=lambda each: each["ds"] + 160)
    pd.concat([frame, later]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("predict", "RUN"),
        ("predict", "RUN", "--output", "OUT"),
        ("predict", "RUN", "--data", "DATA", "--output", "OUT"),
        ("evaluate", "RUN"),
        ("evaluate", "RUN", "--output", "OUT"),
        ("evaluate", "RUN", "--data", "DATA", "--output", "OUT"),
        ("export", "RUN", "--format", "tflite", "--output", "OUT"),
        ("reproduce", "RUN"),
    ],
    ids=" ".join,
)
def test_settings_and_data_are_read_once(run, tmp_path, counted, words):
    """Broken on purpose: `check_destination` and `_check_data` that load again."""
    named = {"RUN": run.path, "OUT": tmp_path / "out.csv", "DATA": longer(run, "y.csv")}
    result = call(*(named.get(word, word) for word in words))
    assert result.exit_code == 0, result.stderr
    data = "y.csv" if "DATA" in words else "x.csv"
    assert counted == {"resolved.yaml": 1, data: 1, "loaded": 1}


def test_data_that_have_changed_are_loaded_once(run, tmp_path, counted):
    """Opened twice: to see that they have changed, and to be scored."""
    path = run.path.parents[2] / "x.csv"
    before = path.read_bytes()
    path.write_bytes(longer(run, "z.csv").read_bytes())
    try:
        result = call("evaluate", run.path, "--output", tmp_path / "out.csv")
        refused = call("reproduce", run.path, "--run-dir", tmp_path / "again")
    finally:
        path.write_bytes(before)
    assert result.exit_code == 0, result.stderr
    assert "they are scored like other data" in result.stderr
    assert refused.exit_code == 3
    assert f"the data have changed since {run.path} was trained" in refused.stderr
    assert not (tmp_path / "again").exists()
    assert counted == {"resolved.yaml": 2, "x.csv": 3, "loaded": 2}


def test_training_reads_once(run, tmp_path, counted):
    words = ("--set", "training.epochs=1", "--run-dir", tmp_path / "run")
    assert call("train", run.resolved, *words).exit_code == 0
    assert counted["x.csv"] == counted["loaded"] == 1


def test_groups_are_those_of_the_data_where_they_have_some(run, tmp_path):
    """Broken on purpose: the column asked of data that lack it."""
    frame = pd.read_csv(longer(run, "y.csv")).drop(columns="kind")
    frame.to_csv(tmp_path / "plain.csv", index=False)
    result = call("evaluate", run.path, "--data", tmp_path / "plain.csv")
    assert result.exit_code == 0, result.stderr
    said = " ".join(result.stdout.split())
    assert "There are no scores of groups" in said
    result = call("evaluate", run.path, "--data", longer(run, "y.csv"))
    assert "There are no scores of groups" not in result.stdout
