"""What a run may know, what it must obey, and which epoch it keeps."""

import numpy as np
import pandas as pd
import pytest

from seqforecast.errors import DataError, RunError
from seqforecast.runs.run_files import RunDirectory
from support.small_run import small, train, weights

pytestmark = pytest.mark.tensorflow

STEPS = 160
TEST = 24  # the last 15 %


@pytest.fixture
def table(tmp_path):
    """Write two series with a season of 8; return how to write them again."""

    def write(name, later=None):
        wave = np.sin(2 * np.pi * np.arange(STEPS) / 8)
        frame = pd.DataFrame({"ds": range(STEPS), "a": wave, "b": 9 + 3 * wave})
        frame += np.random.default_rng(1).normal(0, 0.05, frame.shape) * [0, 1, 1]
        if later is not None:
            frame.loc[STEPS - TEST :, ["a", "b"]] = later
        frame["ds"] = range(STEPS)
        frame.to_csv(tmp_path / name, index=False)
        return {"source": "table", "path": str(tmp_path / name)}

    return write


def history(run):
    return pd.read_csv(run.history).drop(columns=["seconds", "windows_per_second"])


def test_rewriting_the_test_part_changes_nothing_that_is_learnt(table, tmp_path):
    """Broken on purpose: validation windows taken from the test part; the season
    inferred from whole series."""
    noise = np.random.default_rng(2).normal(0, 50, (TEST, 2))
    runs = [
        train(tmp_path / name, {"name": name, "data": data, "training": {"epochs": 3}})
        for name, data in (("a", table("a.csv")), ("b", table("b.csv", noise)))
    ]
    first, second = runs
    assert history(first).equals(history(second))
    pairs = zip(weights(first), weights(second), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    settings = [run.read_json(run.preprocess) for run in runs]
    assert settings[0] == settings[1]
    assert settings[0]["season"] == 8
    scores = [run.read_json(run.metrics) for run in runs]
    assert scores[0]["validation"] == scores[1]["validation"]
    assert scores[0]["test"] != scores[1]["test"]


def test_patience_ends_training_and_the_best_epoch_is_kept(tmp_path):
    """Broken on purpose: patience ignored; the last epoch kept instead of the best.

    The rate overshoots: the first epochs are the best ones.
    """
    training = {"epochs": 50, "learning_rate": 0.3, "patience": 2}
    run = train(tmp_path, small(training=training))
    losses = history(run)["val_loss"]
    best = int(losses.idxmin()) + 1
    assert len(losses) == best + 2 < 50
    told = run.read_json(run.metrics)["training"]
    assert (told["epochs"], told["best_epoch"]) == (len(losses), best)
    assert f"kept epoch {best} of {len(losses)}" in run.log.read_text()
    assert validation_mse(run) == pytest.approx(losses.min(), rel=1e-4)


def validation_mse(run):
    """Compute the loss of the saved model a second way: in units of the scale."""
    spread = run.read_json(run.preprocess)["scale"]["spread"][-1]
    return run.read_json(run.metrics)["validation"]["model"]["mse"] / spread**2


def test_settings_of_training_are_obeyed(tmp_path):
    """Broken on purpose: the stride ignored; the loss always mse."""
    plain, strided, mae = (
        train(tmp_path / name, small(training={"epochs": 1}), **changes)
        for name, changes in (
            ("plain", {}),
            ("strided", {"window.stride": 5}),
            ("mae", {"training.loss": "mae"}),
        )
    )
    counts = [
        run.read_json(run.manifest)["windows"]["train"] for run in (plain, strided)
    ]
    assert counts == [93, 19]
    assert history(plain)["loss"][0] != history(mae)["loss"][0]


def test_mase_is_that_of_the_forecasts(table, tmp_path):
    """Recomputed from forecasts.csv: errors over the in-sample seasonal naive error.

    Broken on purpose: the in-sample history ended with the train part.
    """
    run = train(tmp_path, small(data=table("a.csv")))
    forecasts = pd.read_csv(run.forecasts)
    values = pd.read_csv(tmp_path / "a.csv")
    scaled = []
    for name, rows in forecasts.groupby("unique_id"):
        past = values[name].to_numpy()[: STEPS - TEST]
        scale = np.mean(np.abs(past[8:] - past[:-8]))
        scaled.append((rows["y"] - rows["y_hat"]).abs().mean() / scale)
    mase = run.read_json(run.metrics)["test"]["model"]["mase"]
    assert mase == pytest.approx(np.mean(scaled), rel=1e-4)


def test_a_run_whose_scores_cannot_be_written_is_not_complete(tmp_path, monkeypatch):
    from seqforecast.workflows.train import train as workflow

    def refuse(path, content):
        raise RunError(f"{path} cannot be written")

    monkeypatch.setattr(workflow, "write_json", refuse)
    with pytest.raises(RunError, match=r"metrics\.json cannot be written"):
        train(tmp_path, small(training={"epochs": 1}))
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    assert not run.is_complete
    assert run.read_json(run.manifest)["status"] == "failed"


def test_stamps_below_a_second_are_kept(tmp_path):
    stamps = pd.date_range("2020-01-01", periods=STEPS, freq="100ms")
    values = np.sin(np.arange(STEPS) / 3)
    pd.DataFrame({"ds": stamps, "y": values}).to_csv(tmp_path / "ms.csv", index=False)
    data = {"source": "table", "path": str(tmp_path / "ms.csv")}
    run = train(tmp_path / "runs", small(data=data))
    forecasts = pd.read_csv(run.forecasts)
    assert not forecasts.duplicated(["cutoff", "ds"]).any()
    assert (forecasts["ds"] > forecasts["cutoff"]).all()


def test_logarithms_of_negative_values_are_refused_when_forecasting_too(tmp_path):
    from seqforecast.workflows.finished.predict import predict_run

    frame = pd.DataFrame({"ds": range(STEPS), "y": 5 + np.sin(np.arange(STEPS) / 3)})
    frame.to_csv(tmp_path / "y.csv", index=False)
    data = {"source": "table", "path": str(tmp_path / "y.csv")}
    run = train(tmp_path / "runs", small(data=data, model={"instance_norm": "logmean"}))
    assert np.isfinite(predict_run(run)["y_hat"]).all()
    with pytest.raises(DataError, match="logmean takes logarithms"):
        predict_run(run, frame.assign(y=frame["y"] - 9))


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04cut short", b"text"])
def test_a_damaged_checkpoint_is_named(tmp_path, damage):
    from seqforecast.training.checkpoints import Checkpoint

    path = tmp_path / "checkpoint.npz"
    path.write_bytes(damage)
    with pytest.raises(RunError, match=r"/checkpoint\.npz cannot be read: "):
        Checkpoint.read(path)
