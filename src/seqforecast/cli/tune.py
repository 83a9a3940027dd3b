"""The `tune` command."""

from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import listen, print_json, print_path, print_result


def tune(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT",
            help="An experiment file with a tune section.",
            show_default=False,
        ),
    ],
    *,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials",
            min=1,
            metavar="N",
            help="Settings to try.  [default: tune.trials, else 20]",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout",
            min=0.0,
            metavar="MINUTES",
            help="Begin no trial after so long.",
            show_default=False,
        ),
    ] = None,
    overrides: options.Overrides = None,
    runs: options.RunsRoot = Path("runs"),
    run_dir: options.RunDir = None,
    device: options.DeviceName = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Search the settings under tune:, and score the best on the test part, once.

    Trials are ranked by validation; the first is the experiment as given. The same
    command again goes on where it was stopped. The directory is the last line on
    stdout; best.yaml in it trains as it is.

    Example:

        seqforecast tune passengers.yaml --trials 30
    """
    listen(quiet=quiet, verbose=verbose)

    from seqforecast.config.experiment_file import load_experiment, resolve
    from seqforecast.reporting.tune.table import render_tuning
    from seqforecast.runs.directory import Destination
    from seqforecast.runs.tuning_document import read_tuning
    from seqforecast.workflows.tune.tune import tune_experiment

    changes = options.changes_of(overrides, device)
    loaded = load_experiment(resolve(experiment), changes)
    place = Destination(runs, run_dir)
    directory = tune_experiment(loaded, place, trials=trials, minutes=timeout)
    document = read_tuning(directory)
    if as_json:
        print_json({"schema": 1, "run": str(directory.path), "tune": document})
        return
    print_result(render_tuning(document))
    print_path(directory.path)
