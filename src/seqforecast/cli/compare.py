"""The `compare` command."""

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import (
    has_terminal,
    listen,
    print_json,
    print_path,
    print_result,
)

if TYPE_CHECKING:
    from seqforecast.runs.multi_fit_directories import ComparisonDirectory


class Match(str, Enum):
    """What can be made equal between cells."""

    PARAMETERS = "parameters"


class Executor(str, Enum):
    """Where fits can run."""

    LOCAL = "local"
    RAY = "ray"


def compare(
    members: Annotated[
        list[str],
        typer.Argument(
            metavar="CELL_OR_EXPERIMENT",
            help="Cells (rnn, lstm, gru), experiment files, or names of shipped ones.",
            show_default=False,
        ),
    ],
    *,
    experiment: Annotated[
        str | None,
        typer.Option(
            "--experiment",
            "-e",
            metavar="EXPERIMENT",
            help="What cells are compared on.  [default: echo, where memory matters]",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, metavar="N", help="Fits of each member.")
    ] = 5,
    forecasters: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="NAME,NAME",
            help="Baselines to rank beside the members: auto_theta,seasonal_naive.",
            show_default=False,
        ),
    ] = None,
    match: Annotated[
        Match | None,
        typer.Option(
            "--match",
            help="Scale units until all have as many parameters as the first.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            metavar="N",
            help="Fits at the same time.  [default: what cores and memory allow]",
            show_default=False,
        ),
    ] = None,
    executor: Annotated[
        Executor,
        typer.Option(
            "--executor", help="This machine's processes, or a Ray cluster (extra ray)."
        ),
    ] = Executor.LOCAL,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            help="Of the Ray cluster, as auto or ray://host:10001; without, one is "
            "started here.",
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
    """Compare cells or whole experiments on the same windows, over several seeds.

    Ranked by validation, tested on the test part. The same command again goes on where
    it was stopped. The directory is the last line on stdout.

    Example:

        seqforecast compare rnn lstm gru --match parameters
    """
    if address is not None and executor is not Executor.RAY:
        raise typer.BadParameter("--address is of a Ray cluster: add --executor ray")
    is_elsewhere = executor is Executor.RAY and os.environ.get("RAY_ADDRESS")
    if jobs is not None and (address is not None or is_elsewhere):
        raise typer.BadParameter("--jobs is for this machine; a cluster has its own")
    listen(quiet=quiet, verbose=verbose)
    display = None
    if has_terminal() and not quiet:
        from seqforecast.cli.progress import LiveFits

        display = LiveFits()

    from seqforecast.runs.directory import Destination
    from seqforecast.workflows.compare.compare import compare_experiments
    from seqforecast.workflows.compare.members import (
        choose_forecasters,
        choose_members,
    )
    from seqforecast.workflows.compare.plan import Budget

    changes = options.changes_of(overrides, device)
    chosen = choose_members(members, experiment, changes)
    budget = Budget(
        forecasters=choose_forecasters(forecasters),
        seeds=seeds,
        match=None if match is None else match.value,
        jobs=jobs,
        executor=executor.value,
        address=address,
    )
    done = compare_experiments(chosen, budget, Destination(runs, run_dir), display)
    _show(done, as_json=as_json)


def _show(directory: "ComparisonDirectory", *, as_json: bool) -> None:
    """Print the comparison, and its directory as the last line; fail if a fit did."""
    from seqforecast.runs.score_documents import read_comparison

    document = read_comparison(directory)
    if as_json:
        answer = {"schema": 1, "run": str(directory.path), "comparison": document}
        print_json(answer)
    else:
        from seqforecast.reporting.compare.table import render_comparison

        print_result(render_comparison(document))
        print_path(directory.path)
    if document["failed"]:
        raise typer.Exit(1)
