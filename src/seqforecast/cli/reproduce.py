"""The `reproduce` command."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import listen, print_json, print_result


def reproduce(
    run: options.FinishedRun,
    *,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0.0,
            metavar="SHARE",
            help="Differences up to this share of a number's size are let pass.",
        ),
    ] = 0.001,
    run_dir: Annotated[
        Path | None,
        typer.Option(
            "--run-dir",
            metavar="DIR",
            help="Keep the second run in exactly this directory.  [default: it is "
            "not kept]",
            show_default=False,
        ),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Train a run again from what it recorded, and compare with what it got.

    Histories, forecasts, scores and weights are compared, times are not. Exits with 1
    when they differ by more than the tolerance.

    Example:

        seqforecast reproduce runs/simplernn/20260131-120000-a1b2c3
    """
    listen(quiet=quiet, verbose=verbose)
    from seqforecast.cli.progress import live_display

    display = live_display(quiet=quiet)

    from seqforecast.runs.directory import open_complete
    from seqforecast.workflows.finished.reproduce import DIFFERENT, reproduce_run

    document = reproduce_run(
        open_complete(run), tolerance=tolerance, exact=run_dir, display=display
    )
    _show(document, as_json=as_json)
    if document["result"] == DIFFERENT:
        raise typer.Exit(1)


def _show(document: dict[str, Any], *, as_json: bool) -> None:
    """Print the result."""
    if as_json:
        print_json({"schema": 1, **document})
        return
    from seqforecast.reporting.terminal import render_reproduction

    print_result(render_reproduction(document))
