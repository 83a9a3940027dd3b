"""Real training in processes of its own: the same run, however it was run."""

import os
import signal
import threading

import pytest

from seqforecast.config.experiment_file import dump, load_mapping
from seqforecast.execution.fit import Fit, Watcher
from seqforecast.execution.local import run_local
from seqforecast.hardware import usable_cores
from seqforecast.runs.run_files import RunDirectory
from support.small_run import same_run, small, train

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


# Graphs are sooner ready than what XLA compiles.
QUICK = {"training.compile": "graph"}


def fits_at(root, mapping=None, seeds=(0, 1)):
    root.mkdir()
    made = []
    for seed in seeds:
        loaded = load_mapping(mapping or small(), {"seed": seed} | QUICK)
        experiment = root / f"seed-{seed}.yaml"
        experiment.write_text(dump(loaded.experiment, loaded.folder))
        made.append(Fit(f"gru, seed {seed}", experiment, root / f"seed-{seed}"))
    return made


def test_the_numbers_do_not_depend_on_the_jobs(tmp_path):
    """Nor on a process of its own: a small model never needs a second core."""
    cores = usable_cores()
    one, two = fits_at(tmp_path / "one"), fits_at(tmp_path / "two")
    run_local(one, jobs=1, cores=cores)
    ended = run_local(two, jobs=2, cores=cores)

    assert [each.status for each in ended] == ["complete", "complete"]
    here = train(tmp_path, small(), exact=tmp_path / "here", seed=0)
    assert same_run(here, RunDirectory(one[0].directory)) == []
    for left, right in zip(one, two, strict=True):
        runs = RunDirectory(left.directory), RunDirectory(right.directory)
        assert same_run(*runs) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
@pytest.mark.usefixtures("ctrl_c")
def test_after_ctrl_c_the_same_call_goes_on_where_it_stopped(tmp_path):
    """Broken on purpose: what was stopped begun anew."""

    class Impatient(Watcher):
        def progressed(self, fit, epochs):
            if fit.name == "gru, seed 1" and epochs >= 3 and not pressed.is_set():
                pressed.set()
                os.kill(os.getpid(), signal.SIGINT)

    pressed = threading.Event()
    long = small(training={"epochs": 200, "learning_rate": 0.01, "batch_size": 20})
    fits = fits_at(tmp_path / "fits", long)
    run_local(fits[:1], jobs=1)
    with pytest.raises(KeyboardInterrupt):
        run_local(fits, jobs=1, watcher=Impatient())
    stopped = RunDirectory(fits[1].directory)
    assert stopped.read_json(stopped.manifest)["status"] == "interrupted"
    first = RunDirectory(fits[0].directory).metrics.stat().st_mtime_ns

    ended = run_local(fits, jobs=1)

    assert [each.status for each in ended] == ["complete", "complete"]
    assert RunDirectory(fits[0].directory).metrics.stat().st_mtime_ns == first
    assert len(stopped.read_json(stopped.manifest)["resumed"]) == 1
    whole = train(tmp_path, long, exact=tmp_path / "whole", seed=1)
    assert same_run(whole, stopped) == []


def test_a_fit_that_cannot_be_tells_why(tmp_path):
    long = small(window={"lookback": 150, "horizon": 4})
    (fit,) = fits_at(tmp_path / "fits", long, [0])
    (ended,) = run_local([fit], jobs=1)

    assert ended.status == "failed"
    assert "lookback" in ended.error
    assert ended.hint
    assert not fit.directory.exists()
