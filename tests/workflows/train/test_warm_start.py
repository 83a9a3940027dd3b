"""A warm start: the weights of a finished run, on its own or other data."""

import os
import shutil
import signal

import numpy as np
import pandas as pd
import pytest
import yaml

from seqforecast.errors import ConfigError, Interrupted, RunError
from seqforecast.runs.records import write_start
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from support.command_line import call
from support.small_run import SINE, same_run, small, train, weights

pytestmark = pytest.mark.tensorflow


def first_losses(run):
    return pd.read_csv(run.history).query("epoch == 1")["val_loss"].to_numpy()


STILL = {"training.epochs": 1, "training.learning_rate": 1e-9}


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    return train(tmp_path_factory.mktemp("old"), small(), **{"training.epochs": 1})


@pytest.mark.parametrize("members", [1, 2])
def test_it_begins_where_the_run_ended(tmp_path, members):
    """Without moving, the loss is that of the epoch that was kept."""
    asked = small(model={"cell": "gru", "units": [6]})
    more = {"training.ensemble": members, "training.epochs": 3}
    old = train(tmp_path, asked, **more)
    warm = train(tmp_path, asked, old.path, **more | STILL)
    kept = [each["val_loss"] for each in _members(old)]
    assert first_losses(warm) == pytest.approx(kept, rel=1e-4)
    for one, other in zip(weights(old), weights(warm), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    manifest = warm.read_json(warm.manifest)
    assert manifest["from"]["path"] == str(old.path)


def _members(run):
    return run.read_json(run.metrics)["training"]["members"]


def test_vectors_go_with_the_names_of_their_series(tmp_path):
    """In another order, with a new series and without an old one."""

    def table(names):
        at = np.arange(120)
        columns = {name: np.sin(at / (3 + ord(name) % 5)) for name in names}
        frame = pd.DataFrame({"ds": at, **columns})
        frame.to_csv(tmp_path / f"{names}.csv", index=False)
        return {"source": "table", "path": str(tmp_path / f"{names}.csv")}

    model = {"cell": "gru", "units": [4], "series_embedding": 2}
    old = train(tmp_path, small(data=table("abc"), model=model))
    warm = train(tmp_path, small(data=table("xca"), model=model), old.path, **STILL)
    before, after = (_vectors(run) for run in (old, warm))
    assert np.abs(before[:3]).min(axis=1).max() > 1e-4
    np.testing.assert_allclose(after[0], 0, atol=1e-6)
    np.testing.assert_allclose(after[1:3], before[[2, 0]], atol=1e-6)


def _vectors(run):
    from seqforecast.models.builder import load_forecaster

    (vectors,) = (
        each
        for each in load_forecaster(run.model).core.weights
        if each.path.endswith("vectors/vectors")
    )
    return np.asarray(vectors)


def test_another_model_is_refused_with_every_difference(old, tmp_path):
    other = small(
        model={"cell": "lstm", "units": [7]}, window={"lookback": 12, "horizon": 4}
    )
    with pytest.raises(ConfigError) as caught:
        train(tmp_path, other, old.path)
    for said in (
        "the model differs from that of",
        "model.cell: lstm, it was gru",
        "model.units: [7], it was [6]",
        "window.lookback: 12, it was 16",
    ):
        assert said in str(caught.value)
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(other))
    tried = call("train", tmp_path / "other.yaml", "--dry-run", "--from", old.path)
    assert tried.exit_code == 2
    assert "model.cell: lstm, it was gru" in tried.stderr
    dropout = small(model={"cell": "gru", "units": [6], "dropout": 0.0})
    assert train(tmp_path, dropout, old.path, **STILL).is_complete
    with pytest.raises(RunError):
        train(tmp_path, small(), tmp_path / "nothing")


def test_a_model_that_is_not_that_of_its_settings_is_refused(old, tmp_path):
    """Its file was taken from another run: the settings agree, the weights do not."""
    model = {"cell": "gru", "units": [5], "dropout": 0.2}
    other = train(tmp_path, small(model=model), **STILL)
    mixed = RunDirectory(shutil.copytree(old.path, tmp_path / "mixed"))
    shutil.copy(other.model, mixed.model)
    message = (
        r" has shape \(1, 18\), in .*mixed it is \(1, 15\): "
        "the model reads other columns$"
    )
    with pytest.raises(ConfigError, match=message) as caught:
        train(tmp_path, small(), mixed.path)
    assert caught.value.hint == "train without --from"


def test_what_static_columns_hold_is_part_of_the_model(tmp_path):
    """As many other texts have as many weights. Broken on purpose: shapes alone."""

    def table(kinds):
        at = [*range(120)] * 2
        frame = pd.DataFrame({"unique_id": ["a"] * 120 + ["b"] * 120, "ds": at})
        frame["y"] = np.sin(frame["ds"] / 3)
        frame["kind"] = np.repeat(kinds, 120)
        path = tmp_path / f"{kinds[0]}.csv"
        frame.to_csv(path, index=False)
        return {"source": "table", "path": str(path), "layout": "long"}

    old = train(tmp_path, small(data=table(["x", "y"]) | {"static": ["kind"]}), **STILL)
    with pytest.raises(ConfigError, match=r"'kind': \[p, q\], it was \[x, y\]"):
        train(tmp_path, small(data=table(["p", "q"]) | {"static": ["kind"]}), old.path)


def test_it_warns_where_the_weights_have_seen_the_test_part(old, tmp_path):
    """Also at second hand; broken on purpose: nothing was said, and scores flatter."""

    def seen(start, **overrides):
        run = train(tmp_path, small(), start, **STILL | overrides)
        said = [line for line in run.log.read_text().splitlines() if "has seen" in line]
        assert run.read_json(run.manifest)["from"]["test_seen"] == len(said)
        return run, said

    _, said = seen(old.path)
    assert said == []
    early = {"split.train": 0.4, "split.validation": 0.2, "split.test": 0.4}
    flattered, said = seen(old.path, **early)
    assert "has seen the test part of 1 series" in said[0]
    assert "tested from 96 on, seen up to 135" in said[0]
    told = call("evaluate", flattered.path).stdout
    assert "The scores flatter: the weights it began with had seen" in told
    assert "These are the scores in metrics.json" in told
    others = small(data=SINE | {"seed": 3})
    run = train(tmp_path, others, old.path, **STILL | early)
    assert "has seen" not in run.log.read_text()
    short = {"split.train": 60, "split.validation": 20, "split.test": 80}
    first = train(tmp_path, small(), **STILL | short)
    again, said = seen(first.path)
    assert said == []
    assert again.read_json(again.seen) == old.read_json(old.seen)
    third, said = seen(again.path, **short)
    assert len(said) == 1
    assert third.read_json(third.seen) == old.read_json(old.seen)


class Killer(NoDisplay):
    """Interrupts in the second epoch."""

    def __init__(self):
        self.epoch = 0

    def stepped(self, epoch, *_):
        if epoch == 2:
            os.kill(os.getpid(), signal.SIGTERM)


def test_interrupted_and_resumed_it_is_the_same(tmp_path):
    """Also when the run it began with is gone by then."""
    from seqforecast.workflows.train.train import resume_run

    old = train(tmp_path, small(), **{"training.epochs": 1})
    asked = small(data=SINE | {"seed": 3})
    whole = train(tmp_path, asked, old.path)
    with pytest.raises(Interrupted):
        train(tmp_path, asked, old.path, exact=tmp_path / "stopped", display=Killer())
    old.path.rename(tmp_path / "moved")
    start = RunDirectory(tmp_path / "stopped").start
    began = start.read_bytes()
    write_start(RunDirectory(tmp_path / "stopped"), [[np.zeros(1)], [np.zeros(1)]])
    with pytest.raises(RunError, match="it has the weights of 2 members") as caught:
        resume_run(tmp_path / "stopped")
    assert str(start) in str(caught.value)
    start.write_bytes(began)
    resumed = resume_run(tmp_path / "stopped")
    assert same_run(whole, resumed) == []


def test_the_command_says_what_has_changed(old, tmp_path):
    path = tmp_path / "next.yaml"
    path.write_text(yaml.safe_dump(small(data=SINE | {"length": 200})))
    words = (
        "--runs",
        tmp_path / "runs",
        "-s",
        "training.epochs=1",
        "-s",
        "training.compile=graph",
    )
    result = call("train", path, "--from", old.path, *words)
    assert result.exit_code == 0, result.stderr
    assert "the data are others: 200 values, they were 160" in result.stderr
    assert "the scores flatter" not in result.stderr
    assert call("train", "--resume", old.path, "--from", old.path).exit_code == 2
