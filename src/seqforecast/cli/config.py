"""The `config` commands."""

from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.printing import print_json, print_result

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@commands.callback()
def config() -> None:
    """Look at experiment files.

    Example:

        seqforecast config validate simplernn
    """


@commands.command("validate")
def validate(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT",
            help="An experiment file (YAML), or the name of a shipped one.",
            show_default=False,
        ),
    ],
    *,
    overrides: options.Overrides = None,
    as_json: options.AsJson = False,
) -> None:
    """Check every setting of an experiment file.

    All that is wrong is told at once, as `train` would tell it. The data are not
    read, and TensorFlow is not loaded.

    Example:

        seqforecast config validate simplernn --set training.epochs=3
    """
    from seqforecast.config.loading import load_experiment, resolve

    file = resolve(experiment)
    loaded = load_experiment(file, overrides or ())
    if as_json:
        name = loaded.experiment.name
        print_json({"schema": 1, "file": str(file), "name": name, "valid": True})
    else:
        print_result(f"{file}: valid")
