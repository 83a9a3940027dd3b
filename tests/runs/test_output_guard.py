"""One guard for every file that a user names to be written."""

import os
import shutil
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import typer.main
import yaml

from seqforecast.cli.app import app
from seqforecast.config.experiment_file import dump, load_experiment
from seqforecast.errors import ConfigError, RunError
from seqforecast.files import write_json
from seqforecast.runs.multi_fit_directories import RequestDirectory
from seqforecast.runs.output_guard import (
    RECORDING,
    check_kept,
    check_output,
    record_names,
)
from seqforecast.runs.run_files import RunDirectory
from support.command_line import call
from support.pretended_fits import write_run
from support.small_run import small

# What each command writes where it is told to: the words before the file.
WRITING = {
    ("predict", "output"): ("predict", "RUN", "--output"),
    ("evaluate", "output"): ("evaluate", "RUN", "--output"),
    ("export", "output"): ("export", "RUN", "--format", "tflite", "--output"),
    ("report", "output"): ("report", "RUN", "--output"),
    ("init", "output"): ("init", "DATA", "--output"),
    ("config cp", "to"): ("config", "cp", "gru"),
}
READING = {
    *[("predict", "run"), ("predict", "data"), ("evaluate", "run"), ("init", "data")],
    *[
        ("forecast", "data"),
        ("evaluate", "data"),
        ("export", "run"),
        ("report", "run"),
        ("runs show", "run"),
    ],
    *[("train", "resume"), ("train", "start"), ("reproduce", "run")],
    *[("runs diff", "first"), ("runs diff", "second")],
}
REFUSALS = (
    *("would be written over", "has the name of a record", "is there already"),
    *("holds something else", "it is a folder", "must end in .html", "is a directory"),
    "forecasts are written as",
)


def paths_of(group=None, before=""):
    """Yield command and parameter of every path that a user can name."""
    group = typer.main.get_command(app) if group is None else group
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from paths_of(command, f"{name} ")
            continue
        for parameter, kind in get_type_hints(command.callback).items():
            if Path in (kind, *get_args(kind)):
                yield f"{before}{name}", parameter


def test_every_path_is_read_or_guarded():
    """New ones are put into one of the lists; run directories must be empty."""
    named = {each for each in paths_of() if each[1] not in ("runs", "run_dir")}
    assert named == {*WRITING, *READING}


@pytest.fixture
def run(tmp_path):
    """A complete run that was only pretended, beside its data and its experiment."""
    rows = [f"{step},{step % 7 + step / 100}" for step in range(160)]
    (tmp_path / "x.csv").write_text("\n".join(["ds,y", *rows, ""]))
    settings = small(data={"source": "table", "path": "x.csv"})
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump(settings))
    run = RunDirectory(tmp_path / "runs" / "small" / "one")
    write_run(path, run.path, lambda *_: 0.1)
    told = {"name": "small", "status": "complete", "started": "", "versions": {}}
    write_json(run.manifest, run.read_json(run.manifest) | told)
    loaded = load_experiment(path)
    run.resolved.write_text(dump(loaded.experiment, loaded.folder))
    return run


def called(words, run, output):
    data = run.path.parents[2] / "x.csv"
    names = {"RUN": run.path, "DATA": data}
    return call(*(names.get(word, word) for word in words), output)


@pytest.mark.parametrize("words", WRITING.values(), ids=" ".join)
def test_no_command_writes_over_a_record_data_or_an_experiment(run, words):
    """Those that are there, and names of those that are not.

    Broken on purpose: names in a list by hand, without memory.csv.
    """
    home = run.path.parents[2]
    other = RunDirectory(shutil.copytree(run.path, run.path.with_name("two")))
    (run.path / "start.npz").touch()
    for folder in (run.plots, run.exports):
        folder.mkdir()
        (folder / "kept.csv").write_text("kept")
    kept = [path for path in home.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in kept}
    places = [
        *kept,
        *(each.path / name for each in (run, other) for name in record_names()),
    ]
    for path in places:
        if words[0] == "export" and run.exports in path.parents:
            continue  # of other exports, see test_export
        result = called(words, run, path)
        if words[0] == "report" and path == run.report:
            continue
        assert result.exit_code in (2, 5), (path, result.stdout)
        assert any(each in result.stderr for each in REFUSALS), result.stderr
    now = {path for path in home.rglob("*") if path.is_file()} - {run.report}
    assert {path: path.read_bytes() for path in now} == before


def test_the_names_are_those_of_all_kinds_of_directories():
    files = {"memory.csv", "metrics.json", ".lock", "start.npz", "forecasts.parquet"}
    several = {"request.json", "comparison.json", "backtest.json", "tune.json"}
    tables = {"comparison.csv", "cutoffs.csv", "trials.csv", "study.db", "best.yaml"}
    folders = {"plots", "export", "members", "fits"}
    assert files | several | tables | folders | {"fit.json"} <= record_names()
    several = {*RequestDirectory.__subclasses__(), *RunDirectory.__subclasses__()}
    assert {RunDirectory, *several} - {RequestDirectory} == {*RECORDING}


@pytest.mark.parametrize(
    "name", ["MEMORY.csv", "plots/new.png", "../one/memory.csv", "start.npz"]
)
def test_a_name_of_a_record_is_kept_free(run, name):
    with pytest.raises(ConfigError) as caught:
        check_kept(run.path / name)
    verb = "has the name" if name in ("plots/new.png", "start.npz") else "is a record"
    if name == "MEMORY.csv" and not (run.path / name).exists():
        verb = "has the name"
    assert verb in str(caught.value)
    assert f"the run in {run.path}" in str(caught.value)
    assert caught.value.hint == "name another file"


def test_links_and_relative_paths_lead_to_the_same_file(run, tmp_path, monkeypatch):
    link = tmp_path / "link.csv"
    link.symlink_to(run.gradient_profile)
    with pytest.raises(ConfigError, match="is a record of the run in"):
        check_kept(link)
    twin = tmp_path / "twin.csv"
    os.link(tmp_path / "x.csv", twin)
    with pytest.raises(ConfigError, match="is the data, and would be written over"):
        check_kept(twin, [tmp_path / "x.csv"])
    monkeypatch.chdir(run.path)
    with pytest.raises(ConfigError, match="is a record of the run in"):
        check_output(Path("memory.csv"))


def test_nothing_is_written_among_the_files_of_a_folder_of_data(tmp_path):
    """It would be read with them the next time."""
    said = "lies in the folder of the data, and would be read with them"
    with pytest.raises(ConfigError, match=said):
        check_output(tmp_path / "next.parquet", [tmp_path])
    check_output(tmp_path / "next.csv", [tmp_path])


def test_what_is_no_record_may_be_written(run, tmp_path):
    """Forecasts in a run; what a command makes itself; folders like those of a run."""
    check_output(run.path / "next.csv")
    check_kept(run.exports / "model.onnx", own=run.exports)
    check_kept(run.report, own=run.report)
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "plots").mkdir()
    check_output(tmp_path / "report.html")
    check_output(tmp_path / "absent.csv", [tmp_path / "other.csv"])
    several = tmp_path / "compare"
    inner = several / "members" / "gru" / "seed-0"
    shutil.copytree(run.path, inner)
    for name in ("request.json", "comparison.json"):
        (several / name).write_text("{}")
    check_output(inner / "next.csv")
    for name in ("seed-0.yaml", "seed-0/memory.csv"):
        with pytest.raises(ConfigError, match="of the run in"):
            check_kept(several / "members" / "gru" / name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or not os.geteuid(), reason="root may")
def test_a_folder_that_takes_no_files_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="takes no files from you"):
        check_output(tmp_path / "x.csv")


def test_an_export_is_no_way_to_write_over_a_file(run, tmp_path):
    """Nor over the file beside it. Broken on purpose: only folders looked at."""
    words = ("export", run.path, "--format", "tflite", "--output")
    for name, beside in (("x.yaml", "x.yaml"), ("thesis", "thesis.json")):
        (tmp_path / beside).write_text("years of work")
        result = call(*words, tmp_path / name)
        assert result.exit_code == 5
        assert result.stderr == (
            f"error: {tmp_path / beside} holds something else\n"
            "hint: choose another place with --output\n"
        )
        assert (tmp_path / beside).read_text() == "years of work"
    result = call(*words, run.path / "metrics")
    assert result.exit_code == 2
    assert "metrics.json is a record of the run in" in result.stderr
