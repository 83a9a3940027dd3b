"""A fit goes on where it stopped, or begins anew, by what is on disk."""

import subprocess
import sys

import pytest

from seqforecast.errors import RunError
from seqforecast.execution import child
from seqforecast.execution import fit as fit_module
from seqforecast.execution.fit import Fit, train_command, wait_until_free
from seqforecast.execution.local import run_local
from seqforecast.runs.run_files import RunDirectory

HOLD = """
import sys, time
from pathlib import Path
from seqforecast.runs.directory import RunDirectory
with RunDirectory(Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""
NEEDED = ("manifest", "resolved", "preprocess", "checkpoint")


@pytest.fixture
def fit(tmp_path):
    return Fit("gru, seed 0", tmp_path / "gru.yaml", tmp_path / "seed-0")


def left(fit, *names):
    """Leave files of an earlier attempt; return its run."""
    run = RunDirectory(fit.directory)
    run.path.mkdir()
    for name in names:
        getattr(run, name).write_text("{}")
    return run


def hold(run, seconds):
    command = [sys.executable, "-c", HOLD, str(run.path), str(seconds)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE)
    holder.stdout.readline()
    return holder


def end(holder):
    holder.kill()
    holder.wait()
    holder.stdout.close()


def begins_anew(fit):
    words = [str(fit.experiment), "--run-dir", str(fit.directory), "--json", "-q"]
    return train_command(fit) == ["-m", "seqforecast", "train", *words]


def test_a_fit_begins_anew_where_nothing_is(fit):
    assert begins_anew(fit)


def test_a_stopped_run_goes_on(fit):
    run = left(fit, *NEEDED)

    words = ["--resume", str(run.path), "--json", "-q"]
    assert train_command(fit) == ["-m", "seqforecast", "train", *words]
    assert run.checkpoint.is_file()


@pytest.mark.parametrize("missing", NEEDED)
def test_a_broken_start_is_removed(fit, missing):
    """Broken on purpose: each file in turn taken for granted."""
    left(fit, *(name for name in NEEDED if name != missing))

    assert begins_anew(fit)
    assert not fit.directory.exists()


def test_an_empty_directory_is_a_broken_start(fit):
    left(fit)

    assert begins_anew(fit)


def test_a_run_that_is_about_to_end_is_waited_for(fit):
    """As after the parent was killed: its children still write their checkpoints."""
    run = left(fit, "manifest")
    holder = hold(run, 0.5)
    try:
        wait_until_free(run, 20)
        assert begins_anew(fit)
    finally:
        end(holder)


def test_patience_outlasts_the_grace_of_a_fit_whose_parent_is_dead():
    """Broken on purpose: 30 s of patience for fits that are killed after 60."""
    assert fit_module.PATIENCE > child.GRACE


def test_a_run_in_use_is_not_touched(fit, monkeypatch):
    """Broken on purpose: the lock not asked for."""
    run = left(fit, "manifest")
    holder = hold(run, 60)
    monkeypatch.setattr(fit_module, "PATIENCE", 0.5)
    try:
        with pytest.raises(RunError, match="is in use by another process"):
            train_command(fit)
        (ended,) = run_local([fit], jobs=1)
    finally:
        end(holder)

    assert ended.status == "failed"
    assert "is in use by another process" in ended.error
    assert run.manifest.is_file()
