"""The `predict` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import listen, print_json, print_path


def predict(
    run: options.CompleteRun,
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="CSV or Parquet with the columns of the run's data, which are the "
            "default.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write .csv or .parquet.  [default: CSV on stdout]",
            show_default=False,
        ),
    ] = None,
    raw_names: options.RawNames = False,
    device: Annotated[
        str | None,
        options.device_option("Where to forecast.  [default: auto]"),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Forecast the steps after the end of the data, for every series.

    Columns unique_id, ds, step, y_hat and quantiles, in the unit of the data. The file
    is written whole or not at all.

    Example:

        seqforecast predict runs/simplernn/20260131-120000-a1b2c3 --output next.csv
    """
    listen(quiet=quiet, verbose=verbose)

    from seqforecast.files import named_by_user
    from seqforecast.runs.directory import open_complete
    from seqforecast.runs.forecasts import write_csv, write_frames
    from seqforecast.workflows.finished.predict import forecast_run

    opened = open_complete(run)
    forecasts = forecast_run(opened, data, device or "auto", output)
    if output is not None:
        with named_by_user():
            write_frames(output, forecasts.frames, forecasts.date_format, raw=raw_names)
        if as_json:
            answer = {
                "file": str(output),
                "series": forecasts.series,
                "horizon": forecasts.horizon,
            }
            print_json({"schema": 1, **answer})
        else:
            print_path(output)
    elif as_json:
        print_json({"schema": 1, "forecasts": [*forecasts.records()]})
    else:
        write_csv(sys.stdout, forecasts.frames, forecasts.date_format, raw=raw_names)
