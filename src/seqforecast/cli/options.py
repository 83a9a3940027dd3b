"""Options that several commands share, so that they read the same everywhere."""

import functools
import math
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import typer

Function = TypeVar("Function", bound=Callable[..., Any])


def _remember_json(ctx: typer.Context, wanted: bool) -> bool:  # noqa: FBT001
    """Tell the error boundary that stdout belongs to one JSON document."""
    ctx.meta["json"] = wanted
    return wanted


class CommandLine(typer.Typer):
    """Commands whose paths may begin with `~`, also where no shell expands it.

    No shell does in `--output="~/x.csv"`, and that of Windows nowhere.
    """

    def command(self, *args: Any, **settings: Any) -> Callable[[Function], Function]:
        """Return what makes a function a command."""
        register = super().command(*args, **settings)
        return lambda function: register(_with_home(function))


def _with_home(function: Function) -> Function:
    """Return a function that is told its paths with the home folder for `~`."""

    @functools.wraps(function)
    def expanded(**arguments: Any) -> Any:
        from seqforecast.files import expand

        paths = {
            name: value for name, value in arguments.items() if isinstance(value, Path)
        }
        return function(**arguments | {name: expand(paths[name]) for name in paths})

    return cast(Function, expanded)


def device_option(text: str) -> Any:
    """Return the option that chooses a device, with a sentence on what it does."""
    return typer.Option(
        "--device", metavar="auto|cpu|gpu|gpu:N", help=text, show_default=False
    )


def changes_of(overrides: list[str] | None, device: str | None) -> list[str]:
    """Return what --set and --device change, as `load_experiment` takes it."""
    return [*(overrides or ()), *([f"training.device={device}"] if device else ())]


EXPERIMENT: Any = typer.Argument(
    metavar="EXPERIMENT",
    help="An experiment file (YAML), or the name of a shipped one.",
    show_default=False,
)
ExperimentName = Annotated[str, EXPERIMENT]
ExperimentOrNone = Annotated[str | None, EXPERIMENT]
CompleteRun = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        help="A complete run; latest is the newest one, runs/NAME the newest there.",
        show_default=False,
    ),
]
FinishedRun = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        help="The directory of a finished run; latest is the newest one, runs/NAME "
        "the newest there.",
        show_default=False,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="SECTION.KEY=VALUE",
        help="Change one setting; repeatable.",
    ),
]
RunsRoot = Annotated[
    Path, typer.Option("--runs", metavar="DIR", help="Where run directories go.")
]
RunDir = Annotated[
    Path | None,
    typer.Option(
        "--run-dir",
        metavar="DIR",
        help="Use exactly this directory; it must not exist or be empty.",
        show_default=False,
    ),
]
DeviceName = Annotated[str | None, device_option("Same as --set training.device=...")]
Resume = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        metavar="RUN",
        help="Go on with a run that was stopped, instead of starting one.",
        show_default=False,
    ),
]
From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="RUN",
        help="Begin with the weights of a complete run of the same model.",
        show_default=False,
    ),
]


UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds_of(text: str) -> float:
    """Return how many seconds a text such as 90, 90s, 1.5m or 2h means.

    Raises:
        BadParameter: it means no time above 0.
    """
    number, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "s")
    try:
        seconds = float(number) * UNITS[unit]
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise typer.BadParameter(
            f"{text!r} is no span of time above 0, such as 60s, 5m or 1h"
        )
    return seconds


def left_of(budget: float | None) -> float | None:
    """Return the seconds of a budget that this process has not used to start."""
    # So far nothing ran beside Python: its processor time is its wall time.
    return None if budget is None else budget - time.process_time()


Budget = Annotated[
    float | None,
    typer.Option(
        "--budget",
        metavar="60s|5m|1h",
        parser=seconds_of,
        help="Plan training so that the whole command takes about this long at most.",
        show_default=False,
    ),
]


class MirrorName(str, Enum):
    """Who can be told of a run as well."""

    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"


Mirrors = Annotated[
    list[MirrorName] | None,
    typer.Option(
        "--mirror",
        metavar="tensorboard|mlflow",
        help="Tell TensorBoard or MLflow too; repeatable.",
        show_default=False,
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        callback=_remember_json,
        is_eager=True,
        help="Print one JSON document on stdout, nothing else there.",
    ),
]
RawNames = Annotated[
    bool,
    typer.Option(
        "--raw-names",
        help="Write names to CSV as they are, where a spreadsheet would compute them "
        "too; else these get an apostrophe before them.",
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only warnings and errors.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Also what TensorFlow says.")
]
