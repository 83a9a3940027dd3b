"""Making new run directories, and opening those there are."""

import secrets
from datetime import datetime
from pathlib import Path

from seqforecast.errors import RunError
from seqforecast.runs.directory import REQUEST, RunDirectory
from seqforecast.runs.writing import cannot_write


def create(root: Path, name: str, started: datetime) -> RunDirectory:
    """Make runs/<name>/<UTC yyyymmdd-hhmmss>-<6 hex>/, which nobody else has.

    Raises:
        RunError: it cannot be made.
    """
    while True:
        path = root / name / f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir()
        except FileExistsError:
            if not path.is_dir():
                raise RunError(
                    f"{path.parent} is not a directory", hint="choose another --runs"
                ) from None
            continue
        except OSError as error:
            raise cannot_write(path, error) from error
        return RunDirectory(path)


def claim(path: Path) -> RunDirectory:
    """Take exactly this directory, which must not exist or be empty.

    Raises:
        RunError: there is something in it, or it cannot be made.
    """
    refuse_taken(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    return RunDirectory(path)


def refuse_taken(path: Path) -> None:
    """Refuse a path that holds something already.

    Raises:
        RunError: it is a file, or a directory that is not empty.
    """
    if path.is_file():
        raise RunError(
            f"{path} is a file, not a directory", hint="choose another --run-dir"
        )
    if path.is_dir() and any(path.iterdir()):
        raise RunError(
            f"{path} is not empty",
            hint="a run is never written over: choose another --run-dir, "
            "or go on with this one by --resume",
        )


def open_run(path: Path) -> RunDirectory:
    """Open a run, complete or not.

    Raises:
        RunError: there is no run at this path.
    """
    run = RunDirectory(path)
    if not run.manifest.is_file():
        what = "is not a run" if path.exists() else "does not exist"
        raise RunError(
            f"{path} {what}: {run.manifest.name} is missing",
            hint="a run is a directory like runs/<name>/20260131-120000-a1b2c3",
        )
    return run


def open_complete(path: Path) -> RunDirectory:
    """Open a complete run.

    Raises:
        RunError: there is no run, or it has not been scored; or there are several.
    """
    run = open_run(path)
    refuse_several(run)
    if not run.is_complete:
        status = run.read_json(run.manifest).get("status", "unknown")
        raise RunError(
            f"{path} is not complete (status {status}): {run.metrics.name} is missing",
            hint=f"go on with `seqforecast train --resume {path}`",
        )
    return run


def refuse_several(run: RunDirectory) -> None:
    """Refuse what holds the fits of a comparison, a backtest or a search.

    Raises:
        RunError: it does.
    """
    if (run.path / REQUEST).is_file():
        raise RunError(
            f"{run.path} is not a run but several fits: a comparison, a backtest or a "
            "search",
            hint=_how_to_one_run(run),
        )


def _how_to_one_run(several: RunDirectory) -> str:
    """Return the way to a run of a comparison, a backtest or a search."""
    inner = sorted(several.path.rglob(several.metrics.name))
    if inner:
        return f"name one of its runs, as {inner[0].parent}"
    if several.resolved.is_file():
        return f"`seqforecast train {several.resolved}` makes a run of its experiment"
    return "the command that began it goes on with it"
