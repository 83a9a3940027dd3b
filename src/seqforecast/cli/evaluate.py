"""The `evaluate` command."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import listen, print_json, print_result


def evaluate(
    run: options.FinishedRun,
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="A file with the columns of the run's data; what the run was trained "
            "or chosen on is not scored.  [default: the run's own test part]",
            show_default=False,
        ),
    ] = None,
    audit: Annotated[
        bool,
        typer.Option(
            "--audit",
            help="Scramble what comes after each cutoff; forecasts must not change.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the scored forecasts too: .csv or .parquet.",
            show_default=False,
        ),
    ] = None,
    raw_names: options.RawNames = False,
    device: Annotated[
        str | None,
        options.device_option("Where to forecast.  [default: as the run was trained]"),
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Score a finished run again, or on other data with the same columns.

    With --audit, exits with 1 when a forecast knows what comes after its cutoff.

    Example:

        seqforecast evaluate runs/simplernn/20260131-120000-a1b2c3 --audit
    """
    if audit and data is not None:
        raise typer.BadParameter(
            "--audit learns the run's own preprocessing again: leave --data out"
        )
    listen(quiet=quiet, verbose=verbose)

    from seqforecast.runs.directory import open_complete
    from seqforecast.workflows.finished.evaluate import evaluate_run

    opened = open_complete(run)
    document = evaluate_run(
        opened, data, audit=audit, output=output, device=device, raw_names=raw_names
    )
    _show(document, as_json=as_json)
    if document["audit"] and not document["audit"]["passed"]:
        raise typer.Exit(1)


def _show(document: dict[str, Any], *, as_json: bool) -> None:
    """Print what was scored, the scores, and what the audit found."""
    if as_json:
        print_json({"schema": 1, **document})
        return
    from seqforecast.reporting.terminal import render_evaluation

    print_result(render_evaluation(document))
