"""The `config` commands."""

from pathlib import Path
from typing import Annotated

import typer

from seqforecast.cli import options
from seqforecast.cli.terminal import print_json, print_path, print_result
from seqforecast.errors import one_line

commands = options.CommandLine(no_args_is_help=True, rich_markup_mode=None)


@commands.callback()
def config() -> None:
    """Look at experiment files.

    Example:

        seqforecast config validate simplernn
    """


@commands.command("validate")
def validate(
    experiment: options.ExperimentName,
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
    from seqforecast.config.experiment_file import load_experiment, resolve

    file = resolve(experiment)
    loaded = load_experiment(file, overrides or ())
    if as_json:
        name = loaded.experiment.name
        print_json({"schema": 1, "file": str(file), "name": name, "valid": True})
    else:
        print_result(one_line(f"{file}: valid"))


@commands.command("ls")
def ls(*, as_json: options.AsJson = False) -> None:
    """List the shipped experiments.

    Example:

        seqforecast config ls
    """
    from seqforecast.config.shipped_catalog import describe_shipped
    from seqforecast.reporting.terminal import render_rows

    experiments = describe_shipped()
    if as_json:
        records = [
            {"name": shipped.name, "about": shipped.about, "takes": shipped.takes}
            for shipped in experiments
        ]
        print_json({"schema": 1, "experiments": records})
        return
    rows = [(shipped.name, shipped.takes, shipped.about) for shipped in experiments]
    print_result(render_rows(("name", "takes", "about"), rows))


@commands.command("cp")
def cp(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A shipped one.", show_default=False),
    ],
    to: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Default: <name>.yaml here.", show_default=False
        ),
    ] = None,
) -> None:
    """Copy a shipped experiment, with its data where these are shipped, to change it.

    Example:

        seqforecast config cp air_passengers passengers.yaml
    """
    from seqforecast.config.shipped_catalog import copy_shipped

    for path in copy_shipped(name, to):
        print_path(path)


@commands.command("show")
def show(
    experiment: options.ExperimentName,
    *,
    overrides: options.Overrides = None,
    as_json: options.AsJson = False,
) -> None:
    """Show every setting in force, and where each comes from.

    Example:

        seqforecast config show simplernn --set training.epochs=3
    """
    from seqforecast.config.experiment_file import load_experiment, resolve
    from seqforecast.reporting.settings_text import flatten_settings
    from seqforecast.reporting.terminal import render_rows

    loaded = load_experiment(resolve(experiment), overrides or ())
    settings = loaded.experiment.model_dump(mode="json")
    origins = loaded.origins
    if as_json:
        print_json({"schema": 1, "settings": settings, "origins": dict(origins)})
        return
    rows = [
        (name, value, origins.get(name, "default"))
        for name, value in flatten_settings(settings)
    ]
    print_result(render_rows(("setting", "value", "from"), rows))


@commands.command("schema")
def schema() -> None:
    """Print the JSON Schema of experiment files, for editors.

    In VS Code with the YAML extension: write it to a file, and begin an experiment
    with `# yaml-language-server: $schema=FILE`.

    Example:

        seqforecast config schema
    """
    from seqforecast.config.settings_reference import experiment_schema

    print_json(experiment_schema())
