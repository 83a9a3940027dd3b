"""The application: its commands and the one place where errors become exit codes."""

import gc
import os
import shlex
import signal
import sys
from collections.abc import Iterable
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
from seqforecast.cli import forecast as forecasting
from seqforecast.cli import init as starting
from seqforecast.cli import options
from seqforecast.cli import predict as predicting
from seqforecast.cli import report as reporting
from seqforecast.cli import reproduce as reproducing
from seqforecast.cli import runs as finished
from seqforecast.cli import train as training
from seqforecast.cli import tune as tuning
from seqforecast.cli.terminal import (
    expected_failure,
    print_result,
    printable_streams,
    report_error,
)
from seqforecast.errors import as_command, did_you_mean

# Words that people try, and what does that here.
TRIED = {
    as_command("predict", "RUN"): "future next",
    as_command("train", "EXPERIMENT"): "fit learn run start",
    as_command("evaluate", "RUN"): "test score validate_model metrics",
    as_command("report", "RUN"): "plot html show figures",
    as_command("init", "DATA"): "new create quickstart setup guess",
    as_command("doctor"): "check diagnose gpu devices",
    as_command("config", "validate", "EXPERIMENT"): "validate lint",
    as_command("runs", "ls"): "list ls history",
    as_command("tune", "EXPERIMENT"): "search optimize optimise hpo sweep",
    as_command("backtest", "EXPERIMENT"): "cv cross_validate crossvalidate rolling",
}


MOST_WORDS = 30  # of a command, among which parts of a path are looked for


def _advice(name: str, known: Iterable[str]) -> str:
    """Return what to write for a command that is none."""
    for command, words in TRIED.items():
        if name.lower() in words.split():
            return f"{command} does that here"
    return did_you_mean(name, known)


def _refuse_a_divided_path(ctx: Any, words: list[str]) -> None:
    """Refuse words that are the parts of a path with blanks, not written as one."""
    if len(words) > MOST_WORDS:  # ways to join them are many
        return
    # Not of pathlib, which raises where a name is too long.
    exists = os.path.exists
    for start in range(len(words)):
        for stop in range(start + 2, len(words) + 1):
            path, parts = " ".join(words[start:stop]), words[start:stop]
            if exists(path) and not any(map(exists, parts)):
                quoted = shlex.quote(path)
                ctx.fail(f"A path with blanks is one word in quotes: {quoted}")


class Commands(TyperGroup):
    """Print an expected failure as a message and a hint, never as a traceback."""

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command line; all that is printed is printable."""
        with printable_streams():
            try:
                try:
                    return super().main(*args, **settings)
                finally:
                    sys.stdout.flush()
            except Exception as error:  # help, options: before there is a command
                expected = expected_failure(error)
                if expected is None:
                    raise
                report_error(expected, as_json=False)
                sys.exit(expected.exit_code)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the chosen command; of one there is not, say what does that here."""
        name = args[0]
        _refuse_a_divided_path(ctx, args[1:])
        if self.get_command(ctx, name) is None and name.isidentifier():
            ctx.fail(f"No such command {name!r}: {_advice(name, self.commands)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            expected = expected_failure(error)
            if expected is None:
                raise
            report_error(expected, as_json=bool(ctx.meta.get("json")))
            raise typer.Exit(expected.exit_code) from None


app = options.CommandLine(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    # With color typer strips nothing on a pipe: what is printed is escaped instead.
    context_settings={"help_option_names": ["-h", "--help"], "color": True},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's form
    if wanted:
        print_result(f"seqforecast {__version__}")
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


app.command("forecast")(forecasting.forecast)
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
    """Run the command line.

    SIGTERM ends it as Ctrl-C does, from the first moment on.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _occupy_standard_streams()
    try:
        app()
    except Exception:  # a bug: its traceback may hold names too
        with printable_streams():
            sys.excepthook(*sys.exc_info())
        sys.exit(1)
    finally:
        # Python looks through all objects at its end; TensorFlow's take it a second.
        gc.freeze()


def _occupy_standard_streams() -> None:
    """Open the null device where a standard stream is closed.

    Else the next file that is opened, one of the run, takes its number, and gets what
    native code writes to stderr.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:  # the lowest that is free
        pass
    os.close(number)
