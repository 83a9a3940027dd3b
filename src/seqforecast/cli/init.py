"""The `init` command."""

from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import listen, print_json, print_path, print_result
from seqforecast.errors import one_line


def init(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", help="A CSV or Parquet file.", show_default=False
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write.  [default: <stem>.yaml here]",
            show_default=False,
        ),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon",
            min=1,
            metavar="N",
            help="Steps to forecast.  [default: at least one season]",
            show_default=False,
        ),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Look at a data file and write a commented experiment that trains on it.

    Separator, columns, frequency, season and missing values are found and said. No file
    is written over.

    Example:

        seqforecast init configs/data/air_passengers.csv --output passengers.yaml
    """
    listen(quiet=quiet, verbose=verbose)

    from seqforecast.workflows.init import start_experiment

    started = start_experiment(data, output, horizon)
    if as_json:
        print_json(
            {"schema": 1, "file": str(started.path), "found": list(started.found)}
        )
        return
    for sentence in started.found:
        print_result(one_line(sentence))
    print_path(started.path)
