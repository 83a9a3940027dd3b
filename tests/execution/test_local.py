"""Fits run side by side, and none of them can harm another, or outlive its parent."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from seqforecast.execution.fit import Fit, Watcher
from seqforecast.execution.local import run_local
from seqforecast.hardware import usable_cores
from seqforecast.runs.run_files import RunDirectory

STAND_IN = Path(__file__).parents[1] / "support" / "stand_in_program.py"

needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
needs_affinity = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system pins no process to a core"
)


class Told(Watcher):
    """Remembers what it was told."""

    def __init__(self):
        self.events = []

    def started(self, fit):
        self.events.append(("started", fit.name))

    def progressed(self, fit, epochs):
        self.events.append((epochs, fit.name))

    def ended(self, ended):
        self.events.append((ended.status, ended.fit.name))


def fits_at(root, *names):
    return [Fit(name, root / "unused.yaml", root / name) for name in names]


def doing(words=None, **each):
    """Return a command: what a fit does by its name, or what all of them do."""

    def command(fit):
        told = each.get(fit.name, words or "")
        return [str(STAND_IN), str(fit.directory), *told.split()]

    return command


def run(root, names, command=None, *, jobs=2, **options):
    command = command or doing()
    return run_local(
        fits_at(root, *names.split()), jobs=jobs, command=command, **options
    )


def facts(fit):
    return json.loads((fit.directory / "facts.json").read_text())


def wait_for(paths):
    end = time.monotonic() + 20
    while not all(path.is_file() and path.read_text() for path in paths):
        assert time.monotonic() < end, "no child came so far"
        time.sleep(0.02)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123
        return file.read().rpartition(")")[2].split()[0] != "Z"


def test_results_come_in_the_order_of_the_fits(tmp_path):
    """Broken on purpose: results returned as they came in."""
    ended = run(tmp_path, "a b c d", doing(a="slow"))

    assert [each.fit.name for each in ended] == ["a", "b", "c", "d"]
    assert {each.status for each in ended} == {"complete"}
    assert ended[0].seconds > 0.4
    assert not any(each.error for each in ended)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_so_many_at_a_time_and_no_more(tmp_path, jobs):
    """Broken on purpose: one job more than was asked for."""
    run(tmp_path, "a b c d e", doing("slow"), jobs=jobs)

    lines = (tmp_path / "times.jsonl").read_text().splitlines()
    events = sorted(map(json.loads, lines), key=lambda event: event["at"])
    alive, most = 0, 0
    for event in events:
        alive += 1 if event["event"] == "start" else -1
        most = max(most, alive)
    assert most == jobs


def test_one_that_fails_does_not_end_the_others(tmp_path):
    """Broken on purpose: the loop left at the first failure."""
    told = Told()
    commands = doing(b="fail", c="crash", d="nothing")
    ended = run(tmp_path, "a b c d e", commands, watcher=told)

    statuses = ["complete", "failed", "failed", "failed", "complete"]
    assert [each.status for each in ended] == statuses
    assert ended[1].error == "the loss left the finite numbers"
    assert ended[1].hint == "lower the rate"
    assert ended[2].error == "ZeroDivisionError: a bug"
    assert ended[3].error == "exit code 0 and no scores"
    assert sorted(name for event, name in told.events if event == "failed") == [
        "b",
        "c",
        "d",
    ]


@needs_signals
def test_a_killed_fit_says_what_killed_it(tmp_path):
    (ended,) = run(tmp_path, "a", doing("die"))

    assert ended.error == "ended by SIGKILL"
    assert ended.hint == "out of memory? fewer --jobs need less"


def test_the_traceback_of_a_bug_is_in_the_log(tmp_path, caplog):
    caplog.set_level("DEBUG", "seqforecast.execution")
    run(tmp_path, "a", doing("crash"))

    assert "Traceback (most recent call last)" in caplog.text
    assert "a failed: ZeroDivisionError: a bug" in caplog.text


def test_scores_on_disk_are_a_complete_fit_however_its_process_ended(tmp_path):
    (ended,) = run(tmp_path, "a", doing("late"))

    assert ended.status == "complete"


def test_a_complete_fit_is_not_run_again(tmp_path):
    """Broken on purpose: every fit given a process."""
    run(tmp_path, "a b")
    told = Told()
    ended = run(tmp_path, "a b", doing("fail"), watcher=told)

    assert [(each.status, each.seconds) for each in ended] == [("complete", 0)] * 2
    assert told.events == [("complete", "a"), ("complete", "b")]


def test_epochs_are_told_as_their_lines_come(tmp_path):
    """Broken on purpose: the header counted as an epoch."""
    told = Told()
    run(tmp_path, "a", doing("epochs"), watcher=told)

    first, *epochs, last = told.events
    assert (first, last) == (("started", "a"), ("complete", "a"))
    # On a busy machine two lines may have come between two looks.
    counted = [count for count, _ in epochs]
    assert counted == sorted(set(counted))
    assert set(counted) <= {1, 2, 3}
    assert counted[-1] == 3


@needs_affinity
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fit_has_one_core_whatever_the_jobs(tmp_path, jobs):
    """Broken on purpose: a single job left to use both cores."""
    cores = usable_cores()
    ended = run(tmp_path, "a b c", doing("slow"), jobs=jobs, cores=cores)

    seen = [facts(each.fit) for each in ended]
    assert {len(each["cores"]) for each in seen} == {1}
    used = {each["cores"][0] for each in seen}
    assert len(used) == min(jobs, len(cores))
    threads = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")
    assert {each[name] for each in seen for name in threads} == {"1"}


def test_gpus_are_given_in_turn(tmp_path):
    ended = run(tmp_path, "a b", doing("slow"), gpus=["3", "GPU-5c"])

    seen = [facts(each.fit)["CUDA_VISIBLE_DEVICES"] for each in ended]
    assert seen == ["3", "GPU-5c"]


def test_without_gpus_to_share_out_a_fit_sees_what_its_parent_sees(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    (ended,) = run(tmp_path, "a")

    assert facts(ended.fit)["CUDA_VISIBLE_DEVICES"] == "7"


@needs_signals
def test_a_fit_has_a_session_of_its_own(tmp_path):
    """A terminal sends Ctrl-C to a whole session: children wait for their parent."""
    (ended,) = run(tmp_path, "a")

    assert facts(ended.fit)["session"] != os.getsid(0)


@needs_signals
@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_lets_the_children_write_how_far_they_came(tmp_path):
    """Broken on purpose: children killed, or not waited for."""
    told = Told()
    logs = [RunDirectory(tmp_path / name).log for name in "bc"]
    killer = threading.Thread(
        target=lambda: (wait_for(logs), os.kill(os.getpid(), signal.SIGINT))
    )
    killer.start()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "a b c d", doing("hold", a=" "), watcher=told)
    killer.join()

    for name in "bc":
        manifest = RunDirectory(tmp_path / name).manifest
        assert json.loads(manifest.read_text()) == {"status": "interrupted"}
    assert not any(is_alive(int(log.read_text())) for log in logs)
    assert ("complete", "a") in told.events
    assert RunDirectory(tmp_path / "a").is_complete
    assert not (tmp_path / "d").exists()


@needs_signals
@pytest.mark.usefixtures("ctrl_c")
def test_a_second_ctrl_c_kills(tmp_path):
    """Broken on purpose: the second one waited as the first does."""
    log = RunDirectory(tmp_path / "a").log

    def press_twice():
        wait_for([log])
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    killer = threading.Thread(target=press_twice)
    killer.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "a", doing("deaf"))
    killer.join()

    assert time.monotonic() - began < 30
    assert not is_alive(int(log.read_text()))


def test_a_watcher_that_breaks_leaves_no_child(tmp_path):
    class Broken(Watcher):
        def started(self, fit):
            wait_for([RunDirectory(fit.directory).log])
            raise LookupError(fit.name)

    with pytest.raises(LookupError, match="a"):
        run(tmp_path, "a b", doing("hold"), watcher=Broken())

    assert not is_alive(int(RunDirectory(tmp_path / "a").log.read_text()))


PARENT = """
import sys
from pathlib import Path
from seqforecast.execution.fit import Fit
from seqforecast.execution.local import run_local
root, stand_in = Path(sys.argv[1]), sys.argv[2]
fits = [Fit(name, root / "unused.yaml", root / name) for name in "ab"]
words = lambda fit: [stand_in, str(fit.directory), "hold"]
run_local(fits, jobs=2, command=words)
"""


@needs_signals
def test_children_of_a_killed_parent_end_as_if_they_were_stopped(tmp_path):
    """Broken on purpose: stdin not watched."""
    command = [sys.executable, "-c", PARENT, str(tmp_path), str(STAND_IN)]
    parent = subprocess.Popen(command)
    logs = [RunDirectory(tmp_path / name).log for name in "ab"]
    wait_for(logs)
    parent.kill()
    parent.wait()

    wait_for([RunDirectory(tmp_path / name).manifest for name in "ab"])
    end = time.monotonic() + 10
    while any(is_alive(int(log.read_text())) for log in logs):
        assert time.monotonic() < end, "a child outlived its parent"
        time.sleep(0.02)
