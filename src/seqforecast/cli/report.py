"""The `report` command."""

from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import listen, print_json, print_path


def report(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="The directory of a run, comparison, backtest or search; latest is "
            "the newest one.",
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where the page goes; default report.html in RUN.",
            show_default=False,
        ),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write one HTML page that says all a run can say.

    The page needs no network and no other file. It is made from the run directory
    alone; nothing is trained, and the data are not needed. Its path is the last line
    on stdout.

    Example:

        seqforecast report runs/simplernn/20260131-120000-a1b2c3
    """
    listen(quiet=quiet, verbose=verbose)
    from seqforecast.runs.latest import find_run, is_complete
    from seqforecast.workflows.pipeline import pages as workflow

    run = find_run(run, is_complete)
    page = workflow.report(run, output)
    if as_json:
        size = page.stat().st_size
        print_json({"schema": 1, "run": str(run), "page": str(page), "bytes": size})
    else:
        print_path(page)
