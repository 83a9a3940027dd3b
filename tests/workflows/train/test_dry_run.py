"""A dry run says what a run would be, and leaves nothing behind."""

import json

import pytest
import yaml

from support.command_line import call
from support.small_run import SMALL, small, train


@pytest.mark.tensorflow
def test_it_says_what_the_run_then_is(experiment, tmp_path, monkeypatch):
    """Broken on purpose: a partial batch not counted as a step."""
    monkeypatch.chdir(tmp_path)
    result = call("train", experiment, "--dry-run", "--json", "-q")
    plan = json.loads(result.stdout)
    assert [path.name for path in tmp_path.iterdir()] == ["small.yaml"]
    assert result.stderr == ""

    run = train(tmp_path / "runs", SMALL)
    manifest, metrics = run.read_json(run.manifest), run.read_json(run.metrics)
    assert plan["windows"] == manifest["windows"]
    assert plan["device"] == manifest["device"]
    assert plan["parameters"] == metrics["training"]["parameters"]
    assert plan["steps"] == {"epoch": 5, "epochs": 3, "all": 15}  # 93 windows in 20s
    assert plan["bytes"]["data"] == 160 * 4
    # Adam keeps two numbers for each; dropout, the step and the rate a few more.
    assert 0 <= plan["bytes"]["model"] - 4 * 3 * plan["parameters"] < 200
    stages = plan["seconds"]["stages"]
    assert plan["seconds"]["all"] == pytest.approx(
        sum(stage["seconds"] for stage in stages)
    )
    named = {stage["name"] for stage in metrics["stages"]}
    assert {"read data", "start TensorFlow", "train", "score"} <= named & {
        stage["name"] for stage in stages
    }


@pytest.mark.tensorflow
def test_it_is_a_table_on_stdout(experiment, tmp_path):
    runs = tmp_path / "runs"
    changes = ["-s", "training.patience=2"]
    result = call("train", experiment, *changes, "--dry-run", "--runs", runs)
    assert result.exit_code == 0
    assert "93 train, 21 validation, 21 test" in result.stdout
    assert "at most; patience 2 may end it earlier" in result.stdout
    assert not runs.exists()


def test_a_wrong_request_is_refused_as_train_refuses_it(experiment):
    words = ["train", experiment, "-s", "window.lookback=10000000"]
    told, expected = call(*words, "--dry-run"), call(*words)
    assert told.exit_code == expected.exit_code == 3
    assert told.stderr == expected.stderr


def test_a_run_is_resumed_or_tried_not_both(tmp_path):
    result = call("train", "--resume", tmp_path, "--dry-run")
    assert result.exit_code == 2
    assert "--dry-run" in result.stderr


@pytest.mark.tensorflow
def test_a_loss_that_is_not_finite_is_told_before_the_run(tmp_path):
    training = {"learning_rate": 1000.0, "optimizer": "sgd", "epochs": 50}
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(small(training=training)))
    result = call("train", path, "--dry-run", "-s", "model.activation=relu")
    assert result.exit_code == 3
    assert "epoch" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["small.yaml"]


@pytest.mark.tensorflow
def test_it_counts_every_member_and_refit(tmp_path):
    """Broken on purpose: one member counted; a refit left out."""
    from seqforecast.config.experiment_file import load_mapping
    from seqforecast.workflows.train.dry_run import plan_run

    window = {"lookback": [8, 16], "horizon": 4}
    training = {"epochs": 3, "batch_size": 20, "ensemble": 3, "refit": True}
    training["keep"] = "last"
    asked = small(window=window, training=training)
    plan = plan_run(load_mapping(asked, {}))
    run = train(tmp_path, asked)
    told = run.read_json(run.metrics)["training"]
    assert plan["parameters"] == told["parameters"]
    assert told["epochs"] == 18
    # 93 windows in 20s; a refit has 117: those of train and validation together.
    assert plan["steps"]["epoch"] == 5
    assert plan["steps"]["all"] == round(3 * 3 * 5 * (1 + 117 / 93))
