"""What the command line prints, where, and what it exits with."""

import gc
import json
import re
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from seqforecast.config import shipped_catalog
from support.command_line import call
from support.small_run import SMALL, small


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train"], "name an experiment, or a run to --resume"),
        (
            ["train", "x.yaml", "--resume", "run"],
            (
                "--resume goes on with what the run began as: it takes no experiment, "
                "--set, --device, --run-dir, --from or --dry-run"
            ),
        ),
        (
            ["evaluate", "run", "--audit", "--data", "x.csv"],
            "--audit learns the run's own preprocessing again: leave --data out",
        ),
    ],
)
def test_a_wrong_call_is_a_usage_error(words, said):
    result = call(*words)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_the_version_is_printed():
    from seqforecast import __version__

    assert call("--version").stdout == f"seqforecast {__version__}\n"


@pytest.mark.parametrize("words", [["--version"], ["nonsense"]])
def test_the_end_of_the_process_does_not_look_through_tensorflow(words, monkeypatch):
    """Broken on purpose: `gc.freeze` left out."""
    from seqforecast.cli.app import main

    monkeypatch.setattr(sys, "argv", ["seqforecast", *words])
    gc.unfreeze()
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit):
            main()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        signal.signal(signal.SIGTERM, before)


def table(folder, name, values, header="ds,y"):
    lines = [header, *(f"{step},{value}" for step, value in enumerate(values))]
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


def requests(folder: Path):
    """Yield bad requests that only show once settings and data meet."""
    wave = np.round(np.sin(np.arange(160) / 3), 3).tolist()
    data = {"source": "table", "path": str(table(folder, "wave.csv", wave))}
    on_table = small(data=data)
    yield (
        "a series shorter than a window",
        small(data={**data, "path": str(table(folder, "short.csv", wave[:20]))}),
    )
    yield (
        "a lookback longer than the train part",
        small(data=data, window={"lookback": 120, "horizon": 4}),
    )
    yield "ten million by one typo", small(window={"lookback": 10_000_000})
    yield "a horizon longer than the test part", small(window={"horizon": 40})
    yield (
        "ten million series",
        small(data={**SMALL["data"], "series": 10_000_000, "length": 1600}),
    )
    yield "steps that are more than there are", {**on_table, "split": {"train": 500}}
    yield "a date where steps are counted", {**on_table, "split": {"train": "2020-01"}}
    yield (
        "logarithms of negative values",
        small(data=data, model={"instance_norm": "logmean"}),
    )
    yield "no data file", small(data={"source": "table", "path": "nowhere.csv"})
    yield (
        "all values missing",
        small(data={**data, "path": str(table(folder, "empty.csv", [""] * 60))}),
    )


def test_requests_that_do_not_fit_the_data_read_as_reviewed(tmp_path, golden):
    """All of them cost nothing: no run directory is made."""
    told = []
    for name, mapping in requests(tmp_path):
        path = tmp_path / "bad.yaml"
        path.write_text(yaml.safe_dump(mapping))
        result = call("train", path, "--runs", tmp_path / "runs")
        assert result.stdout == ""
        lines = result.stderr.split("error: ")[-1]
        told.append(f"# {name} (exit {result.exit_code})\nerror: {lines}")
    golden("request_errors.txt", "\n".join(told).replace(f"{tmp_path}/", ""))
    assert not (tmp_path / "runs").exists()


def test_an_error_is_json_when_json_was_asked_for(tmp_path):
    result = call("train", tmp_path / "absent.yaml", "--json")
    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert "absent.yaml" in error["message"]
    assert error["exit_code"] == 2
    assert error["hint"]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_ctrl_c_where_nothing_is_kept_is_told_without_a_traceback(words, monkeypatch):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(shipped_catalog, "describe_shipped", stop)
    result = call("config", "ls", *words)
    assert result.exit_code == 130
    told = {"message": "interrupted", "hint": "", "exit_code": 130}
    if words:
        assert json.loads(result.stdout)["error"] == told
    else:
        assert result.stderr == "error: interrupted\n"


@pytest.mark.tensorflow
def test_the_run_directory_is_the_last_line_on_stdout(experiment, tmp_path):
    result = call("train", experiment, "--runs", tmp_path / "runs")
    assert result.exit_code == 0
    run = Path(result.stdout.splitlines()[-1])
    assert run.parent == tmp_path / "runs" / "small"
    assert (run / "metrics.json").is_file()
    assert "naive" in result.stdout
    assert "epoch 3/3" in result.stderr
    log = (run / "run.log").read_text()
    for line in result.stderr.splitlines():
        assert line in log


@pytest.mark.tensorflow
def test_json_is_all_there_is_on_stdout(experiment, tmp_path):
    result = call("train", experiment, "--run-dir", tmp_path / "run", "--json", "-q")
    told = json.loads(result.stdout)
    assert told["run"] == str(tmp_path / "run")
    assert told["metrics"] == json.loads((tmp_path / "run/metrics.json").read_text())
    assert result.stderr == ""


@pytest.mark.tensorflow
def test_a_device_that_is_not_there_is_refused(experiment, tmp_path, golden):
    result = call("train", experiment, "--runs", tmp_path, "--device", "gpu:9", "-q")
    assert result.exit_code == 4
    there = re.sub(r"sees .* machine", "sees <GPUs and system>", result.stderr)
    golden("device_error.txt", there)


@pytest.mark.tensorflow
def test_what_changes_by_set_is_in_the_resolved_settings(experiment, tmp_path):
    words = ["--set", "model.cell=rnn", "--set", "training.epochs=1", "--set", "seed=7"]
    call("train", experiment, *words, "--run-dir", tmp_path / "run", "-q")
    resolved = yaml.safe_load((tmp_path / "run" / "resolved.yaml").read_text())
    assert resolved["model"]["cell"] == "simple_rnn"
    assert resolved["training"]["epochs"] == 1
    assert resolved["seed"] == 7
