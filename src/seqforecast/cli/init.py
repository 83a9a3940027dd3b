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
            metavar="DATA",
            help="A file of data: CSV, Parquet, Excel ...",
            show_default=False,
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
    time: Annotated[
        str | None,
        typer.Option("--time", metavar="COLUMN", help="The column of times."),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option("--id", metavar="COLUMN", help="The column that names series."),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="COLUMN",
            help="A column to forecast; may be given several times.",
        ),
    ] = None,
    season: Annotated[
        int | None,
        typer.Option(
            "--season", min=0, metavar="N", help="Steps in one season; 0: none."
        ),
    ] = None,
    frequency: Annotated[
        str | None,
        typer.Option(
            "--frequency", metavar="ALIAS", help="Of the steps, such as h, D or MS."
        ),
    ] = None,
    time_format: Annotated[
        str | None,
        typer.Option(
            "--time-format",
            metavar="FORM",
            help="How times are written, such as %d.%m.%Y or yyyymm.",
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            "--time-zone", metavar="ZONE", help="Whose clocks count: Europe/Berlin."
        ),
    ] = None,
    decimal: Annotated[
        str | None,
        typer.Option("--decimal", metavar="SIGN", help="Before decimals: . or ,"),
    ] = None,
    thousands: Annotated[
        str | None,
        typer.Option(
            "--thousands",
            metavar="SIGN",
            help="Between thousands: a comma, point, blank, apostrophe; or none.",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NAME", help="Of a workbook."),
    ] = None,
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
    listen(quiet=quiet, verbose=verbose)

    from seqforecast.data.roles.detect import Wanted
    from seqforecast.workflows.init import Asked, start_experiment

    given = {"frequency": frequency, "decimal": decimal}
    given |= {"thousands": thousands, "sheet": sheet}
    given |= {"time_format": time_format, "time_zone": time_zone}
    asked = Asked(
        roles=Wanted(time, id_column, tuple(target or ()), time_format, time_zone),
        reading={name: value for name, value in given.items() if value is not None},
        season=season,
        horizon=horizon,
    )
    started = start_experiment(data, output, asked)
    if as_json:
        print_json(
            {"schema": 1, "file": str(started.path), "found": list(started.found)}
        )
        return
    for sentence in started.found:
        print_result(one_line(sentence))
    print_path(started.path)
