"""The `train` command."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import (
    listen,
    print_json,
    print_path,
    print_result,
)


def train(
    experiment: options.ExperimentOrNone = None,
    *,
    overrides: options.Overrides = None,
    runs: options.RunsRoot = Path("runs"),
    run_dir: options.RunDir = None,
    device: options.DeviceName = None,
    resume: options.Resume = None,
    start: options.From = None,
    mirrors: options.Mirrors = None,
    budget: options.Budget = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Say what a run would be and how long it would take; keep nothing.",
        ),
    ] = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Train one experiment and write its run directory.

    The run directory is the last line on stdout.

    Example:

        seqforecast train simplernn --set model.cell=gru --set training.epochs=3
    """
    changes = options.changes_of(overrides, device)
    if resume is None and experiment is None:
        raise typer.BadParameter("name an experiment, or a run to --resume")
    if resume is not None and (
        experiment or changes or run_dir or dry_run or start or budget
    ):
        raise typer.BadParameter(
            "--resume goes on with what the run began as: it takes no experiment, "
            "--set, --device, --run-dir, --from, --budget or --dry-run"
        )
    listen(quiet=quiet, verbose=verbose)
    names = [mirror.value for mirror in mirrors or ()]
    if dry_run:
        if budget:
            raise typer.BadParameter(
                "--dry-run says how long all of it would take; --budget plans a run"
            )
        extras = {"start": start, "mirrors": names}
        _plan(str(experiment), changes, extras, as_json=as_json)
        return
    from seqforecast.cli.progress import live_display

    display = live_display(quiet=quiet)

    from seqforecast.config.experiment_file import load_experiment, resolve
    from seqforecast.runs.directory import Destination
    from seqforecast.runs.score_documents import read_metrics
    from seqforecast.workflows.train import train as workflow

    if resume is not None:
        run = workflow.resume_run(resume, display, mirrors=names)
    else:
        loaded = load_experiment(resolve(str(experiment)), changes)
        place = Destination(runs, run_dir)
        left = options.left_of(budget)
        run = workflow.train_experiment(
            loaded, place, display, start=start, mirrors=names, budget=left
        )
    _show(run.path, read_metrics(run), as_json=as_json)


def _show(path: Path, metrics: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the scores, and the run directory as the last line."""
    if as_json:
        print_json({"schema": 1, "run": str(path), "metrics": metrics})
        return
    from seqforecast.reporting.tables import render_scores

    print_result(render_scores(metrics["test"]))
    print_path(path)


def _plan(
    experiment: str, changes: list[str], options: dict[str, Any], *, as_json: bool
) -> None:
    """Print what a run would be."""
    from seqforecast.config.experiment_file import load_experiment, resolve
    from seqforecast.reporting.terminal import render_plan
    from seqforecast.workflows.train.dry_run import plan_run

    loaded = load_experiment(resolve(experiment), changes)
    # So far nothing ran beside Python: its processor time is its wall time.
    plan = plan_run(loaded, before=time.process_time(), **options)
    if as_json:
        print_json(plan)
    else:
        print_result(render_plan(plan))
