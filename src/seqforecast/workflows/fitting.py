"""Fitting: an experiment file for every seed of every contender, and its run."""

import logging
import shutil
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from seqforecast.config.loading import dump
from seqforecast.errors import BackendError
from seqforecast.execution.fits import Ended, Fit, Watcher
from seqforecast.execution.local import run_local
from seqforecast.execution.resources import (
    choose_jobs,
    free_memory,
    usable_cores,
    visible_gpus,
)
from seqforecast.runs.comparison import ComparisonDirectory
from seqforecast.runs.directory import RunDirectory
from seqforecast.runs.writing import make_folder, write_text
from seqforecast.workflows.asking import Asked
from seqforecast.workflows.contenders import Contender

LOGGER = logging.getLogger("seqforecast")


def fit_all(
    directory: ComparisonDirectory, asked: Asked, watcher: Watcher
) -> list[dict[str, Any]]:
    """Train what has no result yet; return name, seed and error of what failed.

    Raises:
        BackendError: this machine can train none of them, there is no such cluster, or
            Ray is not installed.
        RunError: an experiment file cannot be written.
    """
    sides = {
        _write_fit(directory, contender, seed): (contender.name, seed)
        # Seed by seed: a comparison stopped early has some of every side.
        for seed in asked.seeds
        for contender in asked.contenders
    }
    left = [fit for fit in sides if not RunDirectory(fit.directory).is_complete]
    done = len(sides) - len(left)
    already = f", {done} of them already" if done else ""
    LOGGER.info("%d fits%s", len(sides), already)
    if not left:
        return []
    with closing(watcher):
        watcher.begin(len(left), max(map(_epochs, asked.contenders)))
        ended = _execute(asked, left, watcher)
    if all(each.exit_code == BackendError.exit_code for each in ended):
        raise BackendError(ended[0].error, hint=ended[0].hint)
    return [
        {"name": sides[each.fit][0], "seed": sides[each.fit][1], "error": each.error}
        for each in ended
        if each.status == "failed"
    ]


def _epochs(contender: Contender) -> int:
    """Return the most epochs that a fit can have, those of every member and refit."""
    training = contender.experiment.training
    return training.epochs * training.ensemble * (2 if training.refit else 1)


def _write_fit(directory: ComparisonDirectory, contender: Contender, seed: int) -> Fit:
    """Write the experiment file of one fit.

    The data may have moved since an earlier attempt: what it left without scores has
    the old path, and begins anew.
    """
    path, run = (
        directory.experiment_of(contender.name, seed),
        directory.run_of(contender.name, seed),
    )
    experiment = contender.experiment.model_copy(update={"seed": seed})
    text = dump(experiment, folder=contender.loaded.folder)
    if not run.is_complete:
        make_folder(path.parent)
        if path.is_file() and path.read_text(encoding="utf-8") != text:
            shutil.rmtree(run.path, ignore_errors=True)
        write_text(path, text)
    return Fit(f"{contender.name}, seed {seed}", path, run.path)


def _execute(asked: Asked, fits: Sequence[Fit], watcher: Watcher) -> list[Ended]:
    """Run fits where the budget says."""
    budget = asked.budget
    devices = {each.experiment.training.device for each in asked.contenders}
    if budget.executor == "ray":
        from seqforecast.execution.ray_cluster import run_on_ray

        return run_on_ray(
            fits,
            address=budget.address,
            jobs=budget.jobs,
            gpu=any(device.startswith("gpu") for device in devices),
            watcher=watcher,
        )
    # Who names a GPU by its number sees all of them, and has it alone: one at a time.
    named = any(":" in device for device in devices)
    gpus = [] if named or devices == {"cpu"} else visible_gpus()
    cores = usable_cores()
    jobs = choose_jobs(
        1 if named else len(fits),
        cores=len(cores),
        memory=free_memory(),
        gpus=len(gpus),
    )
    jobs = budget.jobs or jobs
    return run_local(fits, jobs=jobs, cores=cores, gpus=gpus, watcher=watcher)
