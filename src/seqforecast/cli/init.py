"""The `init` command."""

from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import data_options, options
from seqforecast.cli.terminal import listen, print_json, print_path, print_result
from seqforecast.errors import one_line


def init(
    data: data_options.DataFile,
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
    horizon: data_options.Horizon = None,
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
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Look at a data file and write a commented experiment that trains on it.

    Separator, columns, frequency, season and missing values are found and said; what
    is found otherwise than meant can be given. No file is written over.

    Example:

        seqforecast init configs/data/air_passengers.csv --output passengers.yaml
    """
    asked = data_options.asked_of(locals())
    listen(quiet=quiet, verbose=verbose)

    from seqforecast.workflows.init import start_experiment

    started = start_experiment(data, output, asked)
    if as_json:
        print_json(
            {"schema": 1, "file": str(started.path), "found": list(started.found)}
        )
        return
    for sentence in started.found:
        print_result(one_line(sentence))
    print_path(started.path)
