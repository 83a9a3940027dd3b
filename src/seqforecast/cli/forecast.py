"""The `forecast` command."""

import time as time_module
from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import data_options, options
from seqforecast.cli.terminal import (
    listen,
    print_json,
    print_path,
    print_result,
)

ROWS = 5  # of the forecast that are shown


def forecast(
    data: data_options.DataFile,
    *,
    horizon: data_options.Horizon = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            metavar="PERCENT,...",
            help="Of intervals.  [default: 80,95, as far as there is room]",
            show_default=False,
        ),
    ] = None,
    time: data_options.TimeColumn = None,
    id_column: data_options.IdColumn = None,
    target: data_options.Targets = None,
    season: data_options.Season = None,
    frequency: data_options.Frequency = None,
    time_format: data_options.TimeFormat = None,
    time_zone: data_options.TimeZone = None,
    decimal: data_options.Decimal = None,
    thousands: data_options.Thousands = None,
    sheet: data_options.Sheet = None,
    budget: options.Budget = None,
    overrides: options.Overrides = None,
    runs: options.RunsRoot = Path("runs"),
    run_dir: options.RunDir = None,
    device: options.DeviceName = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """From a data file to its forecast: looks at it, trains, tests and forecasts.

    The forecast is that of a network, of a simpler forecaster or of a mean of them:
    whatever forecast best what was kept back. It is in future.csv of the run, whose
    directory is the last line on stdout; config.yaml there has the settings chosen.

    Example:

        seqforecast forecast configs/data/air_passengers.csv --horizon 12
    """
    asked = data_options.asked_of(locals())
    changes = options.changes_of(overrides, device)
    if level is not None:
        changes.append(f"intervals.level=[{level}]")
    listen(quiet=quiet, verbose=verbose)
    from seqforecast.cli.progress import live_display

    display = live_display(quiet=quiet)

    from seqforecast.runs.directory import Destination
    from seqforecast.runs.score_documents import read_metrics
    from seqforecast.workflows.forecast import ForecastRequest, forecast_data

    # So far nothing ran beside Python: its processor time is its wall time.
    left = None if budget is None else budget - time_module.process_time()
    request = ForecastRequest(data, asked, changes, left)
    run = forecast_data(request, Destination(runs, run_dir), display)
    metrics = read_metrics(run)
    if as_json:
        print_json({"schema": 1, "run": str(run.path), "metrics": metrics})
        return
    from seqforecast.reporting.tables import render_scores

    print_result(render_scores(metrics["test"]) + "\n")
    if metrics["future"]["file"] is not None:
        from seqforecast.reporting.terminal import render_future
        from seqforecast.runs.forecasts import read_future

        print_result(render_future(read_future(run, ROWS), metrics["future"]) + "\n")
    print_path(run.path)
