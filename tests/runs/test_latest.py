"""`latest` and the folder of a name stand for the newest run that can be meant."""

import logging
from pathlib import Path

import pytest

from seqforecast.errors import RunError
from seqforecast.files import write_json
from seqforecast.runs.directory import claim, open_complete
from seqforecast.runs.latest import (
    find_run,
    is_complete,
    is_complete_run,
    is_stopped,
)
from seqforecast.runs.run_files import REQUEST


def made(path: Path, day: int, status: str = "complete", document: str = "metrics"):
    """A directory that looks like a run, or like what `document` is of."""
    run = claim(path)
    started = f"2026-01-{day:02}T12:00:00+00:00"
    write_json(run.manifest, {"name": "x", "status": status, "started": started})
    if document != "metrics":
        write_json(path / REQUEST, {})
    if status == "complete":
        write_json(path / f"{document}.json", {})
    else:
        run.preprocess.touch()
    return path


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with runs of two names; the newest one is a backtest."""
    monkeypatch.chdir(tmp_path)
    made(Path("runs/sales/z"), 1)
    made(Path("runs/sales/a"), 3)
    made(Path("runs/load/b"), 2)
    made(Path("runs/load/c"), 8, status="interrupted")
    made(Path("runs/load/d"), 6, status="failed")
    made(Path("runs/backtest-load/e"), 9, document="backtest")
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "fits", "found"),
    [
        ("latest", is_complete_run, "runs/sales/a"),
        ("runs/latest", is_complete_run, "runs/sales/a"),
        ("runs/load/latest", is_complete_run, "runs/load/b"),
        ("runs/sales", is_complete_run, "runs/sales/a"),
        ("latest", is_complete, "runs/backtest-load/e"),
        ("runs/backtest-load", is_complete, "runs/backtest-load/e"),
        ("latest", is_stopped, "runs/load/c"),
    ],
)
def test_the_newest_is_taken_and_said(here, caplog, asked, fits, found):
    """By when a run began. Broken once by names: `z` was taken."""
    logging.getLogger("seqforecast").propagate = True
    with caplog.at_level(logging.INFO, "seqforecast"):
        assert find_run(Path(asked), fits) == Path(found)
    assert f"{asked} is {found}" in caplog.messages


@pytest.mark.parametrize(
    "asked", ["runs", "runs/sales/z", "runs/none", "runs/backtest-load/e"]
)
def test_another_path_stands_for_itself(here, asked):
    assert find_run(Path(asked)) == Path(asked)


def test_a_run_that_is_called_latest_wins(here):
    made(Path("latest"), 1)
    assert find_run(Path("latest")) == Path("latest")
    assert open_complete(Path("latest")).path == Path("latest")


def test_a_folder_that_is_called_latest_is_not_left_for_another(here):
    """Even where there is no run in it: it is what the user named."""
    Path("latest").mkdir()
    with pytest.raises(RunError, match="latest is not a run: manifest"):
        open_complete(Path("latest"))


def test_without_any_run_there_is_no_latest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = "^latest stands for the newest run, and runs has none that fits$"
    with pytest.raises(RunError, match=message) as caught:
        open_complete(Path("latest"))
    assert caught.value.hint.startswith("`seqforecast runs ls` lists all there are")


def test_a_broken_manifest_is_older_than_any_other(here):
    claim(Path("runs/load/f")).manifest.write_text("{")
    Path("runs/load/f/metrics.json").write_text("{}")
    assert find_run(Path("runs/load")) == Path("runs/load/b")
