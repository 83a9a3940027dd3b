"""The application: its commands and the one place where errors become exit codes."""

import gc
import os
import signal
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from seqforecast import __version__
from seqforecast.cli import backtest as backtesting
from seqforecast.cli import compare as comparing
from seqforecast.cli import config as configuration
from seqforecast.cli import doctor as examination
from seqforecast.cli import evaluate as evaluating
from seqforecast.cli import export as exporting
from seqforecast.cli import init as starting
from seqforecast.cli import options
from seqforecast.cli import predict as predicting
from seqforecast.cli import report as reporting
from seqforecast.cli import reproduce as reproducing
from seqforecast.cli import runs as finished
from seqforecast.cli import train as training
from seqforecast.cli import tune as tuning
from seqforecast.cli.terminal import report_error
from seqforecast.errors import Interrupted, SeqforecastError


class Commands(TyperGroup):
    """Print an expected failure as a message and a hint, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except SeqforecastError as error:
            report_error(error, as_json=bool(ctx.meta.get("json")))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            report_error(
                Interrupted("interrupted"),
                as_json=bool(ctx.meta.get("json")),
            )
            raise typer.Exit(Interrupted.exit_code) from None


app = options.CommandLine(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's form
    if wanted:
        typer.echo(f"seqforecast {__version__}")
        raise typer.Exit


@app.callback()
def seqforecast(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Train recurrent networks on time series, and say honestly what they are worth.

    Example:

        seqforecast train simplernn
    """


app.command("train")(training.train)
app.command("compare")(comparing.compare)
app.command("doctor")(examination.doctor)
app.command("predict")(predicting.predict)
app.command("evaluate")(evaluating.evaluate)
app.command("backtest")(backtesting.backtest)
app.command("tune")(tuning.tune)
app.command("report")(reporting.report)
app.command("export")(exporting.export)
app.command("reproduce")(reproducing.reproduce)
app.command("init")(starting.init)
app.add_typer(configuration.commands, name="config")
app.add_typer(finished.commands, name="runs")


def main() -> None:
    """Run the command line; a reader that goes away ends it quietly.

    SIGTERM ends it as Ctrl-C does, from the first moment on.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except BrokenPipeError:
        # The run is complete; only its reader went away.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        # Python looks through all objects at its end; TensorFlow's take it a second.
        gc.freeze()
