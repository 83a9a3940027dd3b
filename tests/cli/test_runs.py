"""Commands that look: shipped experiments, settings, the schema, runs."""

import json
import shutil

import pytest
import yaml

from seqforecast.config.experiment_file import dump, load_experiment
from seqforecast.config.shipped import list_shipped
from seqforecast.data.source import load_panel
from seqforecast.files import write_json
from seqforecast.runs.run_files import RunDirectory
from support.command_line import call
from support.pretended_fits import write_run
from support.small_run import SINE, small


def test_every_shipped_experiment_is_listed_with_its_first_line():
    told = json.loads(call("config", "ls", "--json").stdout)["experiments"]
    assert {each["name"] for each in told} == set(list_shipped())
    assert all(each["about"] and each["takes"] not in ("", "?") for each in told)
    assert call("config", "ls").stdout.splitlines()[0].split() == [
        "name",
        "takes",
        "about",
    ]


def test_a_copy_trains_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call("config", "cp", "air_passengers")
    assert result.stdout.split() == ["air_passengers.yaml", "data/air_passengers.csv"]
    loaded = load_experiment(tmp_path / "air_passengers.yaml")
    assert len(load_panel(loaded.experiment.data, loaded.folder).values) == 144
    assert call("config", "cp", "gru", "mine.yaml").stdout.split() == ["mine.yaml"]
    (tmp_path / "gru.yaml").write_text("mine")
    result = call("config", "cp", "gru")
    assert result.exit_code == 5
    assert result.stderr == (
        "error: gru.yaml is there already\nhint: name another file\n"
    )
    assert (tmp_path / "gru.yaml").read_text() == "mine"
    result = call("config", "cp", "gro")
    assert result.exit_code == 2
    assert "did you mean 'gru'" in result.stderr


def test_a_copy_is_whole_or_not_there(tmp_path, monkeypatch):
    """Broken on purpose: copied to the path itself."""

    def full(origin, part):
        part.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    result = call("config", "cp", "gru", tmp_path / "mine.yaml")
    assert result.exit_code == 5
    assert "mine.yaml cannot be written: No space left on device" in result.stderr
    assert "hint: free some space" in result.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_copy_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    result = call("config", "cp", "gru", "file/deep/mine.yaml")
    assert result.exit_code == 5
    assert result.stderr == (
        "error: file/deep cannot be written: Not a directory\nhint: name another file\n"
    )


def test_every_setting_is_shown_with_its_origin(tmp_path):
    (tmp_path / "x.yaml").write_text("data: {source: synthetic, kind: sine}\nseed: 3\n")
    shown = call("config", "show", tmp_path / "x.yaml", "-s", "model.cell=gru").stdout
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines()}
    assert lines["seed"] == ["3", f"{tmp_path}/x.yaml:2:7"]
    assert lines["model.cell"] == ["gru", "--set"]
    assert lines["training.epochs"] == ["20", "default"]
    words = ("config", "show", tmp_path / "x.yaml", "--json")
    assert json.loads(call(*words).stdout)["origins"]["seed"].endswith(":2:7")


def each_property(schema):
    for name, section in {"": schema, **schema["$defs"]}.items():
        for key, value in section.get("properties", {}).items():
            yield f"{name}.{key}", value


def test_the_schema_describes_every_setting_and_takes_every_shipped_file():
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    schema = json.loads(call("config", "schema").stdout)
    validator.check_schema(schema)
    undescribed = [
        name for name, each in each_property(schema) if not each.get("description")
    ]
    assert undescribed == []
    for path in list_shipped().values():
        # PyYAML reads 1e-3 by YAML 1.1, as text.
        text = path.read_text().replace("e-3", ".0e-3").replace("e-4", ".0e-4")
        problems = [*validator(schema).iter_errors(yaml.safe_load(text))]
        assert problems == [], path
    wrong = {"data": {"source": "synthetic", "kind": "sine"}, "sed": 3}
    assert [*validator(schema).iter_errors(wrong)]


@pytest.fixture
def runs(tmp_path):
    """Two complete runs that were only pretended, and a broken one."""
    for number, cell in enumerate(("gru", "lstm")):
        settings = small(data=SINE | {"length": 600}, model={"cell": cell})
        path = tmp_path / f"{cell}.yaml"
        path.write_text(yaml.safe_dump({**settings, "name": cell}))
        run = RunDirectory(tmp_path / "runs" / cell / f"r{number}")
        write_run(path, run.path, lambda *_: 0.1)
        recorded = run.read_json(run.manifest)
        started = f"2026-01-0{number + 1}T12:00:00+00:00"
        told = {"name": cell, "status": "complete", "started": started}
        write_json(run.manifest, recorded | told)
        run.resolved.write_text(dump(load_experiment(path).experiment))
    broken = tmp_path / "runs" / "odd" / "r"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{")
    return tmp_path / "runs"


def test_runs_are_listed_whatever_state_they_are_in(runs):
    told = json.loads(call("runs", "ls", "--runs", runs, "--json").stdout)["runs"]
    assert {(each["name"], each["status"]) for each in told} == {
        ("gru", "complete"),
        ("lstm", "complete"),
        ("odd", "broken"),
    }
    shown = call("runs", "ls", "--runs", runs).stdout
    assert len(shown.splitlines()) == 4
    assert "no runs in" in call("runs", "ls", "--runs", runs / "none").stdout


def test_what_two_runs_differ_in_is_shown(runs):
    one, other = runs / "gru" / "r0", runs / "lstm" / "r1"
    words = ("runs", "diff", one, other, "--json")
    found = json.loads(call(*words).stdout)["differences"]
    settings = {each["name"] for each in found if each["what"] == "setting"}
    assert settings == {"name", "model.cell"}
    twin = shutil.copytree(one, runs / "gru" / "twin")
    assert call("runs", "diff", one, twin).stdout.startswith("no difference")
    assert call("runs", "diff", one, runs).exit_code == 5


def test_a_run_is_shown_with_what_is_not_default(runs):
    shown = call("runs", "show", runs / "gru" / "r0").stdout
    assert shown.startswith("gru, complete, started ")
    assert "model.cell" in shown
    assert "scale" not in shown.split()
    told = json.loads(call("runs", "show", runs / "gru" / "r0", "--json").stdout)
    assert told["settings"]["model.cell"] == "gru"
