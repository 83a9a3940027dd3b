"""The `export` command."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import listen, print_json, print_path, print_result


class Form(str, Enum):
    """What a model can be exported to."""

    SAVEDMODEL = "savedmodel"
    ONNX = "onnx"
    TFLITE = "tflite"


def export(
    run: options.CompleteRun,
    *,
    form: Annotated[
        Form, typer.Option("--format", help="Whose file.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Where to.  [default: the run's export folder]",
            show_default=False,
        ),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            metavar="X",
            min=0,
            help="Most difference of a forecast, in deviations of its series.",
        ),
    ] = 1e-4,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write a run's model for other programs: raw values in, raw values out.

    It is run on windows of the test part as those programs would run it; exit code 1,
    and nothing kept, where a forecast differs. The file is the last line on stdout.

    Example:

        seqforecast export runs/simplernn/20260131-120000-a1b2c3 --format onnx
    """
    listen(quiet=quiet, verbose=verbose)

    from seqforecast.runs.directory import open_complete
    from seqforecast.workflows.finished.export import export_run

    document = export_run(open_complete(run), form.value, output, tolerance=tolerance)
    if as_json:
        print_json(document)
        return
    check = document["check"]
    print_result(
        f"{form.value}, {document['bytes']:,} bytes; {check['windows']} test windows, "
        f"largest difference {check['largest']:.2g} of a series' deviation (allowed: "
        f"{check['tolerance']:g})"
    )
    print_path(document["file"])
