"""The application: its commands and the one place where errors become exit codes."""

import gc
import os
import signal
import sys
import traceback
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
from seqforecast.cli.terminal import print_result, printable_streams, report_error
from seqforecast.errors import BackendError, Interrupted, RunError, SeqforecastError


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


def expected_failure(error: BaseException) -> SeqforecastError | None:
    """Return what an exception is to a user; None where it is a bug."""
    if isinstance(error, SeqforecastError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted")
    if package := package_that_does_not_import(error):
        return BackendError(
            f"{package} does not import: {type(error).__name__}: {error}",
            hint="`seqforecast doctor --quick` says what mends it",
        )
    if isinstance(error, OSError) and not _has_working_directory():
        return RunError(
            "the working directory is not there any more",
            hint="change to another folder, then run the same command again",
        )
    return None


def package_that_does_not_import(error: BaseException) -> str:
    """Return the installed package whose import an exception broke off, or "".

    It is the innermost whose module was being run, or one that lacks what is imported
    from it while ours was: half of a package is a module without anything in it.
    """
    names = [
        str(frame.f_globals.get("__name__", "")).partition(".")[0]
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_name == "<module>"
    ]
    found = [name for name in names if _is_installed_package(name)]
    if found:
        return found[-1]
    lacking = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if isinstance(error, AttributeError) and names:
        lacking = getattr(error.obj, "__name__", None)
    name = str(lacking or "").partition(".")[0]
    return name if _is_installed_package(name) else ""


def _is_installed_package(name: str) -> bool:
    ours = {"", "__main__", "seqforecast"}
    return name not in ours | sys.stdlib_module_names


def _has_working_directory() -> bool:
    try:
        return bool(os.getcwd())  # noqa: PTH109 - Path.cwd is the same, and longer
    except OSError:
        return False


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
