"""A run that was stopped goes on as if it had never been."""

import errno
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import yaml

from seqforecast.errors import DataError, DiskFullError, Interrupted, RunError
from seqforecast.files import write_whole
from seqforecast.runs.directory import open_complete
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline import run_setup
from seqforecast.workflows.pipeline.epoch_recorder import NoDisplay
from support.small_run import same_run, small, train

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("ctrl_c")]

COMMAND = [sys.executable, "-m", "seqforecast", "train"]
HOLD = """
import sys, time
from pathlib import Path
from seqforecast.runs.directory import RunDirectory
with RunDirectory(Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(60)
"""

# Dropout, a schedule that looks back and a partial batch: all that a checkpoint holds.
LONG = small(
    training={
        "epochs": 6,
        "learning_rate": 0.01,
        "batch_size": 24,
        "schedule": "plateau",
        "decay_every": 1,
        "compile": "graph",
    }
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tmp_path_factory.mktemp("whole"), LONG)


class Killer(NoDisplay):
    """Sends this process a signal in the middle of an epoch."""

    def __init__(self, epoch, number):
        self.epoch, self.number = epoch, number

    def stepped(self, epoch, *_):
        if epoch == self.epoch:
            os.kill(os.getpid(), self.number)


def resume(run, display=None):
    from seqforecast.workflows.train.train import resume_run

    return resume_run(run.path, display)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(whole, tmp_path, number):
    """Broken on purpose: optimizer state left out of `Engine.variables`; the order
    of windows drawn from one generator for all epochs."""
    with pytest.raises(Interrupted, match="interrupted; what was complete is in"):
        train(tmp_path, LONG, display=Killer(4, number))
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    assert run.read_json(run.manifest)["status"] == "interrupted"
    assert "ERROR interrupted" in run.log.read_text()
    assert not run.is_complete
    assert len(run.history.read_text().splitlines()) == 1 + 3
    with pytest.raises(RunError, match="is not complete \\(status interrupted\\)"):
        open_complete(run.path)

    resumed = resume(run)

    assert same_run(whole, resumed) == []
    assert resumed.read_json(resumed.manifest)["status"] == "complete"


def test_a_killed_process_loses_nothing_that_was_complete(tmp_path):
    """SIGKILL cannot be caught: the files alone must tell how far the run came."""
    experiment = tmp_path / "small.yaml"
    # Compiled as by default.
    slow = {**LONG, "training": {**LONG["training"], "epochs": 60, "compile": "auto"}}
    experiment.write_text(yaml.safe_dump(slow))
    process = subprocess.Popen(
        [*COMMAND, str(experiment), "--run-dir", str(tmp_path / "run"), "-q"],
        stdout=subprocess.DEVNULL,
    )
    run = RunDirectory(tmp_path / "run")
    while not run.history.is_file() or len(run.history.read_text().splitlines()) < 4:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert run.read_json(run.manifest)["status"] == "running"
    assert not run.is_complete

    resumed = resume(run)

    uninterrupted = train(tmp_path / "again", slow)
    assert same_run(uninterrupted, resumed) == []


def test_a_run_interrupted_before_its_first_epoch_starts_over(whole, tmp_path):
    with pytest.raises(Interrupted):
        train(tmp_path, LONG, display=Killer(1, signal.SIGINT))
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    assert same_run(whole, resume(run)) == []


def test_a_run_interrupted_twice_still_comes_out_the_same(whole, tmp_path):
    with pytest.raises(Interrupted):
        train(tmp_path, LONG, display=Killer(2, signal.SIGINT))
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    with pytest.raises(Interrupted):
        resume(run, Killer(5, signal.SIGTERM))
    assert same_run(whole, resume(run)) == []


def test_a_full_disk_stops_the_run_and_room_lets_it_go_on(whole, tmp_path, monkeypatch):
    """The disk fills up while the third checkpoint is written, half of it done."""
    save, calls = np.savez, []

    def full(path, **arrays):
        calls.append(path)
        if len(calls) == 3:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save(path, **arrays)

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(RunError, match="cannot be written: No space left") as caught:
        train(tmp_path, LONG)
    assert "free some space, then `seqforecast train --resume" in caught.value.hint
    monkeypatch.undo()
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    assert run.read_json(run.manifest)["status"] == "failed"
    assert len(run.history.read_text().splitlines()) == 1 + 2
    assert not list(run.path.glob(".part-*"))

    assert same_run(whole, resume(run)) == []


@pytest.mark.parametrize("name", ["preprocess.json", "history.csv", "seen.json"])
def test_a_record_that_is_deleted_meanwhile_is_told(tmp_path, name):
    """Broken on purpose: the run was complete, its history without the first epoch."""

    class Deletes(NoDisplay):
        def stepped(self, *_):
            run = RunDirectory(next((tmp_path / "small").iterdir()))
            (run.path / name).unlink(missing_ok=True)

    quick = {**LONG, "training": {**LONG["training"], "epochs": 2}}
    message = f"/{name} was deleted while the run went on$"
    with pytest.raises(RunError, match=message) as caught:
        train(tmp_path, quick, display=Deletes())
    assert caught.value.hint == "a run without it would not be whole: train again"
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    assert run.read_json(run.manifest)["status"] == "failed"
    assert not run.is_complete


def test_a_full_disk_before_there_is_anything_to_resume_says_what_works(
    tmp_path, monkeypatch
):
    """Broken on purpose: the hint named `--resume`, which then refused."""

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(
        run_setup, "write_json", lambda path, _: write_whole(path, full)
    )
    with pytest.raises(DiskFullError) as caught:
        train(tmp_path, LONG)
    assert caught.value.hint == (
        "free some space, then the same command begins anew, in another directory"
    )


def test_a_complete_run_is_not_resumed(whole):
    with pytest.raises(RunError, match=r"is complete$") as caught:
        resume(whole)
    assert caught.value.hint == "there is nothing to resume: train anew"


def test_a_run_in_use_is_not_resumed(tmp_path):
    with pytest.raises(Interrupted):
        train(tmp_path, LONG, display=Killer(2, signal.SIGINT))
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    command = [sys.executable, "-c", HOLD, str(run.path)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        with pytest.raises(RunError, match="is in use by another process"):
            resume(run)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_settings_that_make_another_model_are_refused(tmp_path):
    with pytest.raises(Interrupted):
        train(tmp_path, LONG, display=Killer(2, signal.SIGINT))
    run = RunDirectory(next((tmp_path / "small").iterdir()))
    settings = yaml.safe_load(run.resolved.read_text())
    settings["model"]["units"] = [5]
    run.resolved.write_text(yaml.safe_dump(settings))
    message = "^the checkpoint is that of another model than the run's settings make"
    with pytest.raises(RunError, match=message) as caught:
        resume(run)
    assert caught.value.hint == (
        "was resolved.yaml edited? start the run again without --resume"
    )


def test_other_data_are_refused(tmp_path):
    table = tmp_path / "data.csv"
    values = np.sin(np.arange(160) / 3)
    table.write_text("ds,y\n" + "\n".join(f"{i},{v}" for i, v in enumerate(values)))
    mapping = {**LONG, "data": {"source": "table", "path": str(table)}}
    with pytest.raises(Interrupted):
        train(tmp_path / "runs", mapping, display=Killer(2, signal.SIGINT))
    table.write_text("ds,y\n" + "\n".join(f"{i},{v + 1}" for i, v in enumerate(values)))
    run = RunDirectory(next((tmp_path / "runs" / "small").iterdir()))
    message = (
        r"the data have changed since .* began: SHA-256 \w{12}\.\.\., it was \w{12}"
    )
    with pytest.raises(DataError, match=message) as caught:
        resume(run)
    assert caught.value.hint == "put the data back, or train anew"
