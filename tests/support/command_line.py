"""Calling the command line inside a test's own process."""

from typing import Any

import typer.testing

from seqforecast.cli.app import app

RUNNER = typer.testing.CliRunner()


def call(*words: Any) -> Any:
    """Return the result of `seqforecast WORDS`; a bug is raised, not swallowed."""
    return RUNNER.invoke(
        app,
        [str(word) for word in words],
        prog_name="seqforecast",
        catch_exceptions=False,
    )
