"""The `backtest` command."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import (
    listen,
    print_json,
    print_path,
    print_result,
)

NEVER = "never"


class Window(str, Enum):
    """How the train part moves with the cutoff."""

    EXPANDING = "expanding"
    SLIDING = "sliding"


def backtest(
    experiment: options.ExperimentName,
    *,
    cutoffs: Annotated[
        int,
        typer.Option(
            "--cutoffs",
            min=1,
            metavar="N",
            help="Cutoffs at the end of each series; fewer than five can tell little.",
        ),
    ] = 5,
    step: Annotated[
        int | None,
        typer.Option(
            "--step",
            min=1,
            metavar="STEPS",
            help="Steps from one cutoff to the next.  [default: the horizon]",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        Window,
        typer.Option(
            "--window",
            help="Train on all that precedes, or on as many steps at each cutoff.",
        ),
    ] = Window.EXPANDING,
    refit: Annotated[
        str,
        typer.Option(
            "--refit",
            metavar="N|never",
            help="Train anew every N cutoffs, or once, before the first one.",
        ),
    ] = "1",
    overrides: options.Overrides = None,
    runs: options.RunsRoot = Path("runs"),
    run_dir: options.RunDir = None,
    device: options.DeviceName = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Score an experiment at several cutoffs, trained anew at each of them.

    Nothing after a cutoff influences its forecasts. The same command again goes on
    where it was stopped. The directory is the last line on stdout.

    Example:

        seqforecast backtest air_passengers --set training.epochs=3
    """
    every = _every(refit)
    listen(quiet=quiet, verbose=verbose)
    from seqforecast.cli.progress import live_display

    display = live_display(quiet=quiet)

    from seqforecast.config.experiment_file import load_experiment, resolve
    from seqforecast.reporting.backtest.text import render_backtest
    from seqforecast.runs.directory import Destination
    from seqforecast.runs.score_documents import read_backtest
    from seqforecast.workflows.backtest.backtest import backtest_experiment
    from seqforecast.workflows.backtest.plan import plan_backtest

    changes = options.changes_of(overrides, device)
    loaded = load_experiment(resolve(experiment), changes)
    planned = plan_backtest(
        loaded, cutoffs=cutoffs, step=step, window=window.value, refit=every
    )
    directory = backtest_experiment(planned, Destination(runs, run_dir), display)
    document = read_backtest(directory)
    if as_json:
        print_json({"schema": 1, "run": str(directory.path), "backtest": document})
        return
    print_result(render_backtest(document))
    print_path(directory.path)


def _every(refit: str) -> int | None:
    """Return how many cutoffs a fit is kept for; None for all of them."""
    if refit == NEVER:
        return None
    if not refit.isdecimal() or int(refit) < 1:
        raise typer.BadParameter(
            f"--refit is a number from 1 on, or never, not {refit!r}"
        )
    return int(refit)
