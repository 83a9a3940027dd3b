"""The `backtest` command: calls, exit codes, and one real backtest."""

import json

import pytest
import yaml

from support.command_line import call
from support.small_run import SINE, small


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument"),
        (["echo", "--cutoffs", "0"], "greater than or equal to 1"),
        (["echo", "--step", "0"], "greater than or equal to 1"),
        (["echo", "--refit", "0"], "a number from 1 on, or never"),
        (["echo", "--refit", "always"], "a number from 1 on, or never"),
        (["echo", "--window", "rolling"], "is not one of"),
    ],
)
def test_a_wrong_call_is_a_usage_error(words, said):
    result = call("backtest", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--set", "split.by=series"], 2, "split.by is series"),
        (["--set", "intervals.level=[99]"], 3, "needs 99 validation windows"),
        (["--cutoffs", "99"], 3, "too short for 99 cutoffs 4 steps apart"),
        (["--set", "model.cel=gru"], 2, "cel"),
    ],
)
def test_what_cannot_be_done_leaves_nothing_on_disk(
    tmp_path, experiment, words, code, said
):
    result = call("backtest", experiment, "--runs", tmp_path / "runs", *words)
    assert result.exit_code == code
    assert said in result.stderr
    assert not (tmp_path / "runs").exists()


def test_a_directory_of_something_else_is_refused(tmp_path, experiment):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    result = call("backtest", experiment, "--run-dir", tmp_path / "taken")
    assert result.exit_code == 5
    assert "is not empty" in result.stderr


@pytest.mark.tensorflow
def test_the_document_is_all_that_stdout_has(tmp_path):
    path = tmp_path / "small.yaml"
    quick = {"epochs": 1, "batch_size": 20, "compile": "eager"}
    settings = small(data=SINE, training=quick)
    path.write_text(yaml.safe_dump(settings))
    words = ["--runs", tmp_path / "runs", "--refit", "never", "--json", "-q"]
    result = call("backtest", path, *words)
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["run"].startswith(str(tmp_path / "runs" / "backtest-small"))
    document = told["backtest"]
    assert len(document["by_cutoff"]) == document["cutoffs"] == 5
    assert len(document["fits"]) == 1
    keys = {"windows", "model", "baselines", "skill", "verdict", "by_step", "notes"}
    assert keys <= set(document["test"])
