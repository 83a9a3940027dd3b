"""Compare experiments: every seed of each is trained, then all are compared."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any

from seqforecast.config.experiment_file import dump
from seqforecast.errors import BackendError, RunError
from seqforecast.execution.fit import Ended, Fit, Watcher
from seqforecast.execution.local import choose_jobs, run_local
from seqforecast.files import make_folder, write_json, write_text
from seqforecast.hardware import free_memory, usable_cores, visible_gpus
from seqforecast.runs import manifest, records
from seqforecast.runs.directory import Destination
from seqforecast.runs.forecasts import write_frames
from seqforecast.runs.manifest import stoppable
from seqforecast.runs.multi_fit_directories import (
    ComparisonDirectory,
    begin,
    check_place,
)
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.compare.document import describe_comparison, tabulate
from seqforecast.workflows.compare.figures import draw_comparison
from seqforecast.workflows.compare.members import Member
from seqforecast.workflows.compare.plan import Budget, ComparisonPlan, plan_comparison
from seqforecast.workflows.compare.results import compare_members, find_finished
from seqforecast.workflows.pipeline.pages import write_comparison_page

LOGGER = logging.getLogger("seqforecast")


def compare_experiments(
    members: Sequence[Member],
    budget: Budget,
    place: Destination,
    watcher: Watcher | None = None,
) -> ComparisonDirectory:
    """Train every seed of every member, and write what they say together.

    Where an earlier attempt at the same request was stopped, or had fits that failed,
    it goes on there: finished fits are not trained again.

    Raises:
        ConfigError: a setting does not fit the data, or windows differ.
        DataError: the data cannot be used as asked.
        BackendError: there is no such cluster, or Ray is not installed.
        RunError: the directory is taken, or no fit has a result.
        Interrupted: Ctrl-C or SIGTERM.
    """
    with records.logged() as log, stoppable():
        check_place(place)
        plan = plan_comparison(members, budget)
        name = f"compare-{plan.name}"
        directory, goes_on = begin(ComparisonDirectory, place, name, plan.request)
        facts = manifest.describe(_facts(plan), members[0].loaded.folder)
        with directory.locked():
            records.log_into(directory, log)
            if goes_on:
                LOGGER.info("going on with %s", directory.path)
                # What an attempt with failed fits said is not what this one will say.
                for path in (directory.metrics, directory.table, directory.report):
                    path.unlink(missing_ok=True)
            with manifest.recorded(directory, facts):
                failed = fit_all(directory, plan, watcher or Watcher())
                _finish(directory, plan, failed, facts)
                status = "failed" if failed else "complete"
                manifest.end(directory, facts, status=status)
    return directory


def _facts(plan: ComparisonPlan) -> dict[str, Any]:
    """Return what the manifest says about data, seeds and budget."""
    return {
        "name": plan.prepared.experiment.name,
        "data": {"sha256": plan.prepared.panel.sha256},
        "budget": asdict(plan.budget) | {"seeds": list(plan.seeds)},
    }


def _finish(
    directory: ComparisonDirectory,
    plan: ComparisonPlan,
    failed: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
) -> None:
    """Weigh what was trained, and write table, figures, page and document.

    Raises:
        RunError: no fit has a result, or a file cannot be written.
    """
    finished = find_finished(
        directory, plan.members, plan.seeds, plan.prepared.panel.sha256
    )
    if not finished:
        raise RunError(
            f"no fit in {directory.path} has a result; the first one: "
            f"{failed[0]['error']}",
            hint="mend that; the same command tries them again",
        )
    compared = compare_members(plan.prepared, finished, plan.budget.forecasters)
    document = describe_comparison(directory, plan, compared, failed)
    write_frames(directory.table, [tabulate(document)], None)
    draw_comparison(directory, plan.prepared, compared, document)
    write_comparison_page(directory, document, facts, directory.report)
    write_json(directory.metrics, document)


def fit_all(
    directory: ComparisonDirectory, plan: ComparisonPlan, watcher: Watcher
) -> list[dict[str, Any]]:
    """Train what has no result yet; return name, seed and error of what failed.

    Raises:
        BackendError: this machine can train none of them, there is no such cluster, or
            Ray is not installed.
        RunError: an experiment file cannot be written.
    """
    fits = {
        _write_fit(directory, member, seed): (member.name, seed)
        # Seed by seed: a comparison stopped early has some of every member.
        for seed in plan.seeds
        for member in plan.members
    }
    left = [fit for fit in fits if not RunDirectory(fit.directory).is_complete]
    done = len(fits) - len(left)
    already = f", {done} of them already" if done else ""
    LOGGER.info("%d fits%s", len(fits), already)
    if not left:
        return []
    with closing(watcher):
        watcher.begin(len(left), max(map(_epochs, plan.members)))
        ended = _execute(plan, left, watcher)
    if all(end.exit_code == BackendError.exit_code for end in ended):
        raise BackendError(ended[0].error, hint=ended[0].hint)
    return [
        {"name": fits[end.fit][0], "seed": fits[end.fit][1], "error": end.error}
        for end in ended
        if end.status == "failed"
    ]


def _epochs(member: Member) -> int:
    """Return the most epochs that a fit can have, those of every member and refit."""
    training = member.experiment.training
    return training.epochs * training.ensemble * (2 if training.refit else 1)


def _write_fit(directory: ComparisonDirectory, member: Member, seed: int) -> Fit:
    """Write the experiment file of one fit.

    The data may have moved since an earlier attempt: what it left without scores has
    the old path, and begins anew.
    """
    path, run = (
        directory.experiment_of(member.name, seed),
        directory.run_of(member.name, seed),
    )
    experiment = member.experiment.model_copy(update={"seed": seed})
    text = dump(experiment, folder=member.loaded.folder)
    if not run.is_complete:
        make_folder(path.parent)
        if path.is_file() and path.read_text(encoding="utf-8") != text:
            shutil.rmtree(run.path, ignore_errors=True)
        write_text(path, text)
    return Fit(f"{member.name}, seed {seed}", path, run.path)


def _execute(
    plan: ComparisonPlan, fits: Sequence[Fit], watcher: Watcher
) -> list[Ended]:
    """Run fits where the budget says."""
    budget = plan.budget
    devices = {member.experiment.training.device for member in plan.members}
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
