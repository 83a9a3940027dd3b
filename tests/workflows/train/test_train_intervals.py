"""Runs with intervals: what they write, cover, and forecast with them."""

import json

import numpy as np
import pandas as pd
import pytest

from seqforecast.config.experiment_file import load_mapping
from seqforecast.errors import ConfigError, DataError
from support.command_line import call
from support.small_run import SINE, same_run, small, train

NAMES = ["q_2.5", "q_10", "q_90", "q_97.5"]
ASKED = {"intervals": {"level": [80, 95]}, "data": SINE | {"length": 400}}


def test_refit_leaves_nothing_to_calibrate_on():
    with pytest.raises(
        ConfigError, match="intervals: are calibrated on the valid"
    ) as e:
        load_mapping(small(**ASKED), {"training.refit": True})
    assert "leave out training.refit" in e.value.hint


def test_a_validation_part_that_is_too_short_is_refused_before_training(tmp_path):
    asked = small(**ASKED, split={"train": "rest", "validation": 15, "test": 60})
    loaded = load_mapping(asked)
    from seqforecast.workflows.pipeline.prepare import prepare

    with pytest.raises(DataError, match="needs 19 validation windows, there are 12"):
        prepare(loaded.experiment, loaded.folder)


def prepared(validation, **overrides):
    from seqforecast.workflows.pipeline.prepare import prepare

    parts = {"train": "rest", "validation": validation, "test": 60}
    mapping = small(data=ASKED["data"], split=parts)
    loaded = load_mapping(mapping, overrides)
    return prepare(loaded.experiment, loaded.folder)


@pytest.mark.parametrize(
    ("validation", "levels", "said"),
    [
        (22, [80.0, 95.0], ""),
        (21, [80.0], "no intervals of 95 % or more: they need 19 validation windows"),
        (7, [80.0], "there are 4"),
        (6, None, "no intervals of 80 % or more: they need 4 validation windows"),
    ],
)
def test_the_usual_levels_are_those_there_is_room_for(validation, levels, said):
    """Broken on purpose: a default that is refused; one window fewer needed."""
    found = prepared(validation)
    section = found.experiment.intervals
    assert (section and section.level) == levels
    notes = " ".join(found.panel.notes)
    assert said in notes
    assert ("no intervals" in notes) == bool(said)


def test_a_refit_takes_the_usual_intervals_away_with_a_word():
    found = prepared(40, **{"training.refit": True})
    assert found.experiment.intervals is None
    assert "training.refit keeps nothing back" in " ".join(found.panel.notes)


@pytest.mark.parametrize("none", ["none", None])
def test_none_is_a_word_and_a_null(none):
    loaded = load_mapping(small(intervals=none))
    assert loaded.experiment.intervals is None


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(tmp_path_factory.mktemp("intervals"), small(**ASKED))


@pytest.mark.tensorflow
def test_the_ends_stand_beside_the_forecasts(run):
    from seqforecast.workflows.finished.predict import predict_run

    for frame in (pd.read_csv(run.forecasts), predict_run(run)):
        assert frame.columns[-5:].tolist() == ["y_hat", *NAMES]
        ends = frame[["q_2.5", "q_10", "y_hat", "q_90", "q_97.5"]]
        assert (np.diff(ends, axis=1) >= 0).all()


@pytest.mark.tensorflow
def test_metrics_say_what_they_cover(run):
    frame = pd.read_csv(run.forecasts)
    test = run.read_json(run.metrics)["test"]
    for told, (low, high) in zip(
        test["intervals"], [("q_10", "q_90"), ("q_2.5", "q_97.5")], strict=True
    ):
        inside = frame["y"].between(frame[low], frame[high])
        assert told["coverage"] == pytest.approx(inside.mean(), abs=0.01)
        assert told["width"] == pytest.approx((frame[high] - frame[low]).mean())
        assert len(told["by_step"]) == 4
    assert {"crps", "wql"} <= set(test["model"])
    assert set(test["quantiles"]) == set(NAMES)


@pytest.mark.tensorflow
def test_the_validation_part_is_covered_as_asked(run):
    """By the model that has not seen it. Broken on purpose: the test part's margins."""
    from seqforecast.config.experiment_file import load_experiment
    from seqforecast.evaluation.intervals import quantiles_of
    from seqforecast.models.builder import load_forecaster
    from seqforecast.workflows.pipeline.prepare import prepare
    from seqforecast.workflows.pipeline.scores import read_intervals

    loaded = load_experiment(run.resolved)
    prepared = prepare(loaded.experiment, loaded.folder)
    windows, values = prepared.validation, prepared.panel.values
    forecaster = load_forecaster(run.model)
    out = forecaster.forecast(windows.inputs(values), windows.series).numpy()
    _, ends = quantiles_of(
        out, (), read_intervals(run, loaded.experiment), windows.series
    )
    truth = windows.targets(values)
    inside = (ends[..., 1] <= truth) & (truth <= ends[..., 2])
    exact = np.ceil((len(windows) + 1) * 0.8) / len(windows)
    # Ends are float32: the truth that decides may fall out by rounding.
    assert inside.mean(axis=0) == pytest.approx(exact, abs=1.5 / len(windows))


@pytest.mark.tensorflow
def test_intervals_change_nothing_else(run, tmp_path):
    """Same weights, forecasts and scores; and the terminal says what they cover."""
    plain = train(tmp_path, small(data=ASKED["data"], intervals="none"))
    different = same_run(run, plain)
    assert set(different) == {"forecasts.csv", "test"}
    ours, theirs = (each.read_json(each.metrics)["test"] for each in (run, plain))
    assert {**ours["model"], "crps": 0, "wql": 0} == {
        **theirs["model"],
        "crps": 0,
        "wql": 0,
    }
    columns = ["unique_id", "cutoff", "ds", "step", "y", "y_hat"]
    mine = pd.read_csv(run.forecasts)[columns]
    pd.testing.assert_frame_equal(mine, pd.read_csv(plain.forecasts))


@pytest.mark.tensorflow
def test_members_of_several_lookbacks_with_quantiles(tmp_path):
    """Ends take the place of the model's own tenths; its median stays."""
    asked = small(
        **ASKED,
        model={"quantiles": [0.1, 0.5, 0.9]},
        window={"lookback": [16, 8]},
        training={"epochs": 1, "ensemble": 2, "loss": "quantile"},
    )
    run = train(tmp_path, asked)
    columns = ["q_2.5", "q_10", "q_50", "q_90", "q_97.5"]
    assert pd.read_csv(run.forecasts).columns[-5:].tolist() == columns
    told = run.read_json(run.metrics)["test"]
    assert set(told["quantiles"]) == set(columns)
    assert len(told["intervals"]) == 2


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("name", "command", "told"),
    [
        ("intervals.json", "predict", "No such file"),
        ("model.keras", "predict", "there is no such file"),
        ("model.keras", "evaluate", "there is no such file"),
        ("model.keras", "export", "there is no such file"),
    ],
)
def test_a_file_that_is_gone_is_named(run, name, command, told):
    """Broken on purpose: forecasts without intervals; Keras's own error."""
    words = ("--format", "tflite") if command == "export" else ()
    (run.path / name).rename(run.path / "away")
    try:
        result = call(command, run.path, *words)
    finally:
        (run.path / "away").rename(run.path / name)
    assert result.exit_code == 5
    assert f"{name} cannot be read: " in result.stderr
    assert told in result.stderr
    assert "the run again" in result.stderr


@pytest.mark.tensorflow
def test_drift_is_told(tmp_path):
    """Walks that learn on small changes and are tested on large ones."""
    draw = np.random.default_rng(0)
    changes = draw.standard_normal(400) * np.where(np.arange(400) < 300, 1, 4)
    walk = pd.DataFrame({"ds": np.arange(400), "y": np.cumsum(changes)})
    walk.to_csv(tmp_path / "walk.csv", index=False)
    data = {"source": "table", "path": str(tmp_path / "walk.csv"), "season": None}
    asked = small(
        data=data,
        intervals={"level": [80]},
        split={"train": 200, "validation": 100, "test": 100},
        window={"lookback": 8, "horizon": 1},
        training={"epochs": 1},
    )
    (tmp_path / "walk.yaml").write_text(json.dumps(asked))
    result = call("train", tmp_path / "walk.yaml", "--runs", tmp_path / "runs")
    assert result.exit_code == 0, result.stderr
    said = " ".join(result.stdout.split())
    assert "80 % intervals cover 2" in said or "80 % intervals cover 3" in said
    assert "errors were larger than on the validation part" in said
