"""`runs show` and `runs diff` on everything that `runs ls` lists."""

import json
import shutil

import pytest

from seqforecast.files import write_json
from seqforecast.runs.run_files import RunDirectory
from support.command_line import call
from support.kinds_of_runs import (
    TOLD,
    a_backtest,
    a_comparison,
    a_run,
    a_search,
    one_of_each,
)


@pytest.fixture
def several(tmp_path, monkeypatch):
    """One directory of each kind, by kind."""
    return one_of_each(tmp_path / "runs", monkeypatch)


SHOWN = {
    "run": ("small, complete, started 2026-01-31", "model.cell", "naive"),
    "comparison": (
        *("small, comparison, complete, started ", "gru: model.cell", "seeds"),
        *("Verdict: ", "model.units"),
    ),
    "backtest": (
        *("small, backtest, complete, started ", "MAE at each cutoff", "cutoffs"),
        *("model.units", "refit"),
    ),
    "tuning": (
        *(
            "tune-small, tuning, complete, started ",
            "Trial 1 has a validation MAE 50 %",
        ),
        *("tune.space.model.units", "naive"),
    ),
}


def test_all_that_is_listed_can_be_shown_and_set_beside_itself(several, tmp_path):
    """Broken on purpose: settings of all kinds read from resolved.yaml."""
    words = ("runs", "ls", "--runs", tmp_path / "runs", "--json")
    listed = json.loads(call(*words).stdout)["runs"]
    assert {each["kind"] for each in listed} == {*several} == {*SHOWN}
    for each in listed:
        result = call("runs", "show", each["path"])
        assert result.exit_code == 0, result.stderr
        for text in SHOWN[each["kind"]]:
            assert text in result.stdout, (text, result.stdout)
        told = json.loads(call("runs", "show", each["path"], "--json").stdout)
        assert (told["kind"], told["status"]) == (each["kind"], "complete")
        assert told["settings"]
        same = call("runs", "diff", each["path"], each["path"])
        assert same.stdout.startswith("no difference"), same.stderr


def test_json_has_the_document_that_the_command_prints(several):
    for kind, name in (
        *(("comparison", "comparison"), ("backtest", "backtest"), ("tuning", "tune")),
    ):
        directory = several[kind]
        told = json.loads(call("runs", "show", directory.path, "--json").stdout)
        assert told[name] == directory.read_json(directory.metrics)
        assert told["test"] == told[name].get("test", {})
    told = json.loads(call("runs", "show", several["run"].path, "--json").stdout)
    assert told["test"]["model"]["mae"]


def test_two_of_a_kind_differ_in_settings_data_and_scores(
    several, tmp_path, monkeypatch
):
    root = tmp_path / "others"
    test = several["tuning"].read_json(several["tuning"].metrics)["test"]
    others = {
        "run": a_run(root, seed=1),
        "comparison": a_comparison(root, monkeypatch, 0.3, (5,)),
        "backtest": a_backtest(root, cutoffs=4),
        "tuning": a_search(root, test | {"verdict": "better"}, units=9),
    }
    names = {
        "run": {"seed", "mae"},
        "comparison": {"members.gru.model.units", "gru: mae"},
        "backtest": {"cutoffs", "windows"},
        "tuning": {"settings.tune.space.model.units", "verdict"},
    }
    for kind, other in others.items():
        words = ("runs", "diff", several[kind].path, other.path, "--json")
        found = json.loads(call(*words).stdout)["differences"]
        assert names[kind] <= {each["name"] for each in found}, kind
        assert "started" not in {each["name"] for each in found}
        assert call(*words[:-1]).exit_code == 0


def test_two_kinds_are_not_set_side_by_side(several):
    one, other = several["run"].path, several["backtest"].path
    result = call("runs", "diff", one, other)
    assert result.exit_code == 5
    assert result.stderr == (
        f"error: {one} is a run, {other} is a backtest: only two of one kind are set "
        "side by side\nhint: the command that began it goes on with it\n"
    )
    result = call("runs", "diff", several["comparison"].path, one)
    assert result.exit_code == 5
    assert "hint: name one of its runs, as " in result.stderr


def test_what_has_no_scores_or_settings_yet_is_shown_too(several):
    """Stopped early, and failed: by their requests they are still what they are."""
    for kind, directory in several.items():
        directory.metrics.unlink()
        directory.resolved.unlink(missing_ok=True)
        place = directory.path.parent.parent / "elsewhere" / kind
        moved = shutil.copytree(directory.path, place)
        write_json(
            RunDirectory(moved).manifest, {"name": "x", "status": "failed", **TOLD}
        )
        result = call("runs", "show", moved)
        assert result.exit_code == 0, result.stderr
        told = json.loads(call("runs", "show", moved, "--json").stdout)
        assert (told["kind"], told["status"]) == (kind, "failed")
        assert call("runs", "diff", moved, moved).exit_code == 0


def test_what_is_broken_is_said_to_be_broken(several):
    for directory in several.values():
        directory.metrics.write_text("{")
        result = call("runs", "show", directory.path)
        assert result.exit_code == 5
        assert f"{directory.metrics} cannot be read" in result.stderr
        directory.manifest.write_text("{}")
        result = call("runs", "show", directory.path)
        assert result.exit_code == 5
        assert f"{directory.manifest} is not as seqforecast writes it" in result.stderr
        directory.manifest.unlink()
        assert call("runs", "show", directory.path).exit_code == 5
