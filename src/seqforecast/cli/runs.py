"""The `runs` commands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import print_json, print_result
from seqforecast.errors import one_line

commands = options.CommandLine(no_args_is_help=True, rich_markup_mode=None)

# What the command calls its result in JSON, by kind of directory.
DOCUMENT = {"comparison": "comparison", "backtest": "backtest", "tuning": "tune"}

Run = Annotated[
    Path,
    typer.Argument(
        metavar="RUN", help="A directory; latest is the newest.", show_default=False
    ),
]


@commands.callback()
def runs() -> None:
    """Look at runs, finished and unfinished.

    Example:

        seqforecast runs ls
    """


@commands.command("ls")
def ls(
    *, runs: options.RunsRoot = Path("runs"), as_json: options.AsJson = False
) -> None:
    """List runs, comparisons and backtests, the newest first.

    Example:

        seqforecast runs ls --runs runs
    """
    from seqforecast.reporting.terminal import render_rows, say_score
    from seqforecast.runs.directory import list_runs

    listed = list_runs(runs)
    if as_json:
        records = [
            {
                "path": str(one.path),
                "kind": one.kind,
                "name": one.name,
                "status": one.status,
                "started": one.started or None,
                "verdict": one.test.get("verdict"),
            }
            for one in listed
        ]
        print_json({"schema": 1, "runs": records})
        return
    if not listed:
        print_result(one_line(f"no runs in {runs}"))
        return
    rows = [
        (
            one.started[:16].replace("T", " ") or "-",
            one.kind,
            one.name,
            one.status,
            *say_score(one.test),
            str(one.path),
        )
        for one in listed
    ]
    header = ("started, UTC", "kind", "name", "status", "verdict", "test error", "path")
    print_result(render_rows(header, rows))


@commands.command("show")
def show(run: Run, *, as_json: options.AsJson = False) -> None:
    """Show one run: status, scores, and the settings that are not the defaults.

    Comparisons, backtests and searches are shown too.

    Example:

        seqforecast runs show runs/simplernn/20260131-120000-a1b2c3
    """
    from seqforecast.reporting.terminal import render_rows
    from seqforecast.reporting.text_format import wrap
    from seqforecast.runs.multi_fit_directories import open_any, read_scores
    from seqforecast.workflows.finished.diff import changed_settings

    opened, facts = open_any(run)
    changed = changed_settings(opened)
    scores = read_scores(opened) if opened.metrics.is_file() else {}
    if as_json:
        settings = {name: value for name, value, _ in changed}
        status = {"status": facts.status, "started": facts.started}
        about = {
            "run": str(facts.path),
            "kind": facts.kind,
            "name": facts.name,
            **status,
        }
        test = {"test": scores.get("test", {})}
        document = {} if facts.kind == "run" else {DOCUMENT[facts.kind]: scores}
        print_json({"schema": 1, **about, "settings": settings, **test, **document})
        return
    kind = "" if facts.kind == "run" else f"{facts.kind}, "
    opening = f"{facts.name}, {kind}{facts.status}, started {facts.started}"
    print_result("\n".join(wrap([opening])) + "\n")
    if scores.get("test") or (facts.kind != "run" and scores):
        print_result(_rendered(facts.kind, scores) + "\n")
    print_result(render_rows(("setting", "value", "default"), changed))


def _rendered(kind: str, document: Mapping[str, Any]) -> str:
    """Return what the command that wrote a document prints of it."""
    from seqforecast.reporting.backtest.text import render_backtest
    from seqforecast.reporting.compare.table import render_comparison
    from seqforecast.reporting.tables import render_scores
    from seqforecast.reporting.tune.table import render_tuning

    if kind == "run":
        return render_scores(document["test"])
    several = {
        "comparison": render_comparison,
        "backtest": render_backtest,
        "tuning": render_tuning,
    }
    return several[kind](document)


@commands.command("diff")
def diff(first: Run, second: Run, *, as_json: options.AsJson = False) -> None:
    """Show what differs between two runs: settings, data, versions, scores.

    Two comparisons, backtests or searches can be set side by side too.

    Example:

        seqforecast runs diff runs/gru/20260131-120000-a1b2c3 runs/gru/other
    """
    from seqforecast.reporting.terminal import render_rows
    from seqforecast.workflows.finished.diff import differences_of

    differences = differences_of(first, second)
    if as_json:
        print_json({"schema": 1, "differences": differences})
        return
    if not differences:
        print_result("no difference in settings, data, versions and scores")
        return
    keys = ("what", "name", "first", "second")
    rows = [tuple(str(difference[key]) for key in keys) for difference in differences]
    print_result(render_rows(keys, rows))
