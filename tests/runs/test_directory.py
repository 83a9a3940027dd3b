"""Run directories are made once, and opened only when they are what they seem."""

import os
import re
import secrets
from datetime import datetime, timezone
from logging.handlers import MemoryHandler

import pytest

from seqforecast.errors import RunError
from seqforecast.files import make_folder, write_folder, write_json, write_whole
from seqforecast.runs.directory import (
    Destination,
    claim,
    create,
    list_runs,
    open_complete,
    open_run,
)
from seqforecast.runs.records import append_history, log_into
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.train.train import resume_run

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


def test_a_run_is_named_after_its_start(tmp_path):
    run = create(tmp_path / "runs", "walk", NOON)
    assert run.path.parent == tmp_path / "runs" / "walk"
    stamp, _, digits = run.path.name.rpartition("-")
    assert stamp == "20260131-120000"
    assert len(digits) == 6
    assert int(digits, 16) >= 0


def test_two_runs_never_share_a_directory(tmp_path, monkeypatch):
    """Broken on purpose: `mkdir(exist_ok=True)`."""
    drawn = iter(["aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(drawn))
    first, second = (create(tmp_path, "walk", NOON) for _ in range(2))
    assert first.path.name.endswith("aaaaaa")
    assert second.path.name.endswith("bbbbbb")


def test_a_directory_of_ones_own_is_made_with_its_parents(tmp_path):
    assert claim(tmp_path / "a" / "b").path.is_dir()
    assert claim(tmp_path / "a" / "b").path.is_dir()


def test_a_lock_alone_is_nothing(tmp_path):
    """A disk that is full takes no more of a run than that.

    Broken on purpose: the lock counted, so that the same command was refused.
    """
    run = claim(tmp_path / "a")
    with run.locked():
        pass
    assert [path.name for path in run.path.iterdir()] == [".lock"]
    assert claim(tmp_path / "a").path == run.path


def test_a_directory_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(RunError, match="is not empty") as caught:
        claim(tmp_path)
    assert caught.value.hint == (
        "a run is never written over: choose another --run-dir, "
        "or go on with this one by --resume"
    )


@pytest.mark.parametrize("make", [claim, lambda path: create(path, "walk", NOON)])
def test_a_file_in_the_place_of_a_directory_is_refused(tmp_path, make):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"Not a directory|is a file"):
        make(tmp_path / "file")


def test_what_is_in_the_way_of_a_run_is_named_with_the_option_to_change(tmp_path):
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(RunError, match=r"/file is a file, not a directory$") as caught:
        claim(path)
    assert caught.value.hint == "choose another --run-dir"
    with pytest.raises(RunError, match=r"/file is not a directory$") as caught:
        create(tmp_path, "file", NOON)
    assert caught.value.hint == "choose another --runs"


def test_a_place_below_a_file_is_refused_before_anything_is_made(tmp_path):
    path = tmp_path / "file"
    path.touch()
    for place in (Destination(path), Destination(exact=path / "deep" / "run")):
        message = r"/file is a file, not a directory$"
        with pytest.raises(RunError, match=message) as caught:
            place.check()
        assert caught.value.hint == "choose another --runs or --run-dir"
    assert path.read_bytes() == b""


def test_a_place_that_takes_no_files_is_refused_before_anything_is_made(
    tmp_path, monkeypatch
):
    """The system is asked of the nearest folder there is; root may write everywhere."""
    asked = []
    monkeypatch.setattr(os, "access", lambda path, way: asked.append((path, way)))
    message = f"^nothing can be written to {re.escape(str(tmp_path))}$"
    with pytest.raises(RunError, match=message) as caught:
        Destination(tmp_path / "a" / "b").check()
    assert caught.value.hint == "choose another place with --runs or --run-dir"
    assert asked == [(tmp_path, os.W_OK)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent", r"/absent does not exist: manifest\.json is missing$"),
        (".", r" is not a run: manifest\.json is missing$"),
    ],
)
def test_what_is_no_run_is_not_opened(tmp_path, name, message):
    with pytest.raises(RunError, match=message) as caught:
        open_run(tmp_path / name)
    assert caught.value.hint == (
        "a run is a directory like runs/<name>/20260131-120000-a1b2c3; "
        "`seqforecast runs ls` lists them"
    )


def test_a_path_near_a_run_is_led_on_to_it(tmp_path):
    """Broken on purpose: each told what a run looks like."""
    for name in ("sales/20260101-a", "sales/20260301-c", "other/20260201-b"):
        claim(tmp_path / "runs" / name).manifest.write_text("{}")
    for name in ("it.yaml", "my data.csv"):
        (tmp_path / name).write_text("x")
    newest = tmp_path / "runs/sales/20260301-c"
    for name, hint in (
        ("runs", f"it holds runs (3); the newest is {newest}"),
        ("runs/sales", f"it holds runs (2); the newest is {newest}"),
        ("it.yaml", f"an experiment: `seqforecast train {tmp_path}/it.yaml` makes a"),
        ("my data.csv", f"`seqforecast predict RUN --data '{tmp_path}/my data.csv'`"),
    ):
        with pytest.raises(RunError, match="is not a run: manifest") as caught:
            open_run(tmp_path / name)
        assert hint in caught.value.hint


def test_a_run_whose_lock_cannot_be_had_is_told(tmp_path):
    """As on a file system without locks; here the lock is a folder."""
    run = claim(tmp_path / "run")
    run.lock.mkdir()
    message = f"^{re.escape(str(run.path))} cannot be locked: "
    with pytest.raises(RunError, match=message), run.locked():
        pytest.fail("it was locked")


def test_a_run_that_stopped_before_its_settings_were_written_is_not_resumed(tmp_path):
    run = claim(tmp_path / "run")
    write_json(run.manifest, {"name": "x", "status": "interrupted", "started": ""})
    message = r"/run stopped before its settings were written$"
    with pytest.raises(RunError, match=message) as caught:
        resume_run(run.path)
    assert caught.value.hint == "start it again without --resume"


def test_a_run_without_scores_is_not_complete(tmp_path):
    run = claim(tmp_path / "run")
    write_json(run.manifest, {"name": "x", "status": "interrupted", "started": ""})
    with pytest.raises(
        RunError, match=r"not complete \(status interrupted\)"
    ) as caught:
        open_complete(run.path)
    assert caught.value.hint == "the same command begins anew, in another directory"
    run.preprocess.touch()
    with pytest.raises(RunError, match="is not complete") as caught:
        open_complete(run.path)
    assert re.fullmatch(
        r"`seqforecast train --resume .*/run` goes on", caught.value.hint
    )
    write_json(run.metrics, {"schema": 1})
    assert open_complete(run.path) == run


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        (["resolved.yaml", "backtest.json"], "train .*resolved.yaml` makes a run"),
        (["best/metrics.json", "resolved.yaml"], "one of its runs, as .*best$"),
        ([], "the command that began it"),
    ],
)
def test_several_fits_are_no_run_that_could_be_resumed(tmp_path, files, hint):
    for name in ("manifest.json", "request.json", *files):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    for use in (open_complete, resume_run):
        with pytest.raises(RunError, match="is not a run but several fits") as caught:
            use(tmp_path)
        assert re.search(hint, caught.value.hint)


def test_a_broken_file_is_named(tmp_path):
    run = claim(tmp_path / "run")
    run.manifest.write_text("{")
    with pytest.raises(RunError, match=r"manifest\.json cannot be read"):
        run.read_json(run.manifest)
    write_json(run.manifest, {"schema": 9})
    with pytest.raises(RunError, match="is of schema 9, this seqforecast reads up to"):
        run.read_json(run.manifest)


def test_a_failed_write_leaves_what_was_there(tmp_path):
    """Broken on purpose: `write` given the path itself."""
    path = tmp_path / "kept.json"
    path.write_text("old")

    def fail(part):
        part.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(RunError, match="cannot be written: No space left"):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "write",
    [
        lambda run: append_history(run, {"epoch": 1, "loss": 0.5}),
        lambda run: log_into(run, MemoryHandler(1)),
        lambda run: make_folder(run.series / "plots"),
        lambda run: write_folder(run.path / "model", lambda _: run.log.rmdir()),
        lambda run: claim(run.series / "deep"),
    ],
    ids=["history", "log", "folder", "a whole folder", "claim"],
)
def test_every_record_that_cannot_be_written_is_named(tmp_path, write):
    """By its path, and with the way to another place; here others are in the way."""
    run = claim(tmp_path / "run")
    for path in (run.history, run.log):
        (path / "in the way").mkdir(parents=True)
    run.series.touch()
    message = r"/run/[\w./]+ cannot be written: (Is a|Not a|Directory not)"
    with pytest.raises(RunError, match=message) as caught:
        write(run)
    assert caught.value.hint == "choose another place with --runs or --run-dir"


def test_json_never_holds_what_json_cannot(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"value": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_killed_between_its_last_two_files_a_run_is_not_complete(tmp_path):
    """Broken on purpose: the status of the manifest believed."""
    path = tmp_path / "x" / "one"
    path.mkdir(parents=True)
    facts = {"name": "x", "status": "complete", "started": "2026-01-01"}
    write_json(RunDirectory(path).manifest, facts)
    assert [each.status for each in list_runs(tmp_path)] == ["interrupted"]
