"""Run directories: where a new one goes, opening one, listing those there are."""

import os
import secrets
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from seqforecast.errors import RunError, as_command
from seqforecast.files import cannot_write
from seqforecast.runs.documents import read_manifest
from seqforecast.runs.latest import DOCUMENTS, find_run, is_complete_run
from seqforecast.runs.manifest import now
from seqforecast.runs.run_files import REQUEST, RunDirectory
from seqforecast.runs.score_documents import read_metrics

# What only its request has, by kind of directory.
REQUESTED = {"comparison": "members", "backtest": "cutoffs", "tuning": "settings"}


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
    lock = RunDirectory(path).lock  # all that a disk which is full has taken
    if path.is_dir() and any(each != lock for each in path.iterdir()):
        raise RunError(
            f"{path} is not empty",
            hint="a run is never written over: choose another --run-dir, "
            "or go on with this one by --resume",
        )


def open_run(
    path: Path, fits: Callable[[Path], bool] = is_complete_run
) -> RunDirectory:
    """Open a run, complete or not.

    Args:
        path: of a run, or what `find_run` takes for the newest one.
        fits: which runs are meant then.

    Raises:
        RunError: there is no run at this path.
    """
    path = find_run(path, fits)
    run = RunDirectory(path)
    if not run.manifest.is_file():
        what = "is not a run" if path.exists() else "does not exist"
        raise RunError(
            f"{path} {what}: {run.manifest.name} is missing",
            hint=_way_to_a_run(path),
        )
    return run


def _way_to_a_run(path: Path) -> str:
    """Return what leads from a path that is no run to one that is."""
    if path.is_file():
        if path.suffix.lower() in (".yaml", ".yml"):
            return f"that is an experiment: {as_command('train', path)} makes a run"
        named = as_command("predict", "RUN", "--data", path)
        return f"a run is a directory; data are named after it: {named}"
    below = (
        place
        for depth in ("*", "*/*")
        for place in path.glob(f"{depth}/{RunDirectory(path).manifest.name}")
    )
    runs = sorted((place.parent for place in below), key=lambda run: run.name)
    if runs:
        newest = shlex.quote(str(runs[-1]))
        return f"it holds runs ({len(runs)}); the newest is {newest}"
    return (
        "a run is a directory like runs/<name>/20260131-120000-a1b2c3; "
        "`seqforecast runs ls` lists them"
    )


def open_complete(path: Path) -> RunDirectory:
    """Open a complete run.

    Raises:
        RunError: there is no run, or it has not been scored; or there are several.
    """
    run = open_run(path)
    path = run.path
    refuse_several(run)
    if not run.is_complete:
        status = describe_run(path).status
        raise RunError(
            f"{path} is not complete (status {status}): {run.metrics.name} is missing",
            hint=run.way_on,
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
            hint=how_to_one_run(run),
        )


def how_to_one_run(several: RunDirectory) -> str:
    """Return the way to a run of a comparison, a backtest or a search."""
    inner = sorted(several.path.rglob(RunDirectory(several.path).metrics.name))
    if inner:
        return f"name one of its runs, as {shlex.quote(str(inner[0].parent))}"
    if several.resolved.is_file():
        train = as_command("train", several.resolved)
        return f"{train} makes a run of its experiment"
    return "the command that began it goes on with it"


@dataclass(frozen=True, slots=True)
class Destination:
    """A new directory below `root`, or exactly `exact`."""

    root: Path = Path("runs")
    exact: Path | None = None

    def check(self) -> None:
        """Refuse a place that cannot be had, without making anything.

        Raises:
            RunError: `exact` is taken, or nothing can be written there.
        """
        if self.exact is not None:
            refuse_taken(self.exact)
        wanted = (self.exact or self.root).absolute()
        there = next(path for path in (wanted, *wanted.parents) if path.exists())
        if not there.is_dir():
            raise RunError(
                f"{there} is a file, not a directory",
                hint="choose another --runs or --run-dir",
            )
        if not os.access(there, os.W_OK):
            raise RunError(
                f"nothing can be written to {there}",
                hint="choose another place with --runs or --run-dir",
            )

    def create(self, name: str) -> RunDirectory:
        """Make the directory.

        Raises:
            RunError: it is taken or cannot be made.
        """
        if self.exact is not None:
            return claim(self.exact)
        return create(self.root, name, now())


@dataclass(frozen=True, slots=True)
class Listed:
    """A run, comparison, backtest or tuning.

    Attributes:
        path: its directory.
        kind: which of them.
        name: of the experiment.
        status: complete, running, interrupted, failed, or broken.
        started: UTC, as recorded; empty where that is unknown.
        test: the `test` object of metrics.json; empty where there is none.
    """

    path: Path
    kind: str
    name: str
    status: str
    started: str
    test: Mapping[str, Any]


def list_runs(root: Path) -> list[Listed]:
    """Return what lies in root/<name>/<stamp>/, newest first.

    A directory that cannot be read is listed as broken, and ends nothing.
    """
    runs = [*_each(root)]
    return sorted(runs, key=lambda run: (run.started, run.path.name), reverse=True)


def _each(root: Path) -> Iterator[Listed]:
    names = ("manifest.json", *DOCUMENTS.values())
    for path in root.glob("*/*"):
        if any((path / name).is_file() for name in names):
            yield describe_run(path)


def describe_run(path: Path) -> Listed:
    """Return what one directory says of itself."""
    run = RunDirectory(path)
    kind = next(
        (kind for kind, name in DOCUMENTS.items() if (path / name).is_file()),
        _kind_of(path),
    )
    try:
        manifest = read_manifest(run)
        is_scored = kind == "run" and run.is_complete
        test: Mapping[str, Any] = read_metrics(run)["test"] if is_scored else {}
    except RunError:
        return Listed(path, kind, path.parent.name, "broken", "", {})
    status = manifest["status"]
    if status == "complete" and not (path / DOCUMENTS[kind]).is_file():
        status = "interrupted"  # killed between the two files that are written last
    return Listed(path, kind, manifest["name"], status, manifest["started"], test)


def _kind_of(path: Path) -> str:
    """Return the kind of an unfinished directory, by its request or its folder."""
    try:
        request = RunDirectory(path).read_json(path / REQUEST)
    except RunError:
        request = {}
    for kind, name in REQUESTED.items():
        if name in request:
            return kind
    for kind, start in (
        ("comparison", "compare-"),
        ("backtest", "backtest-"),
        ("tuning", "tune-"),
    ):
        if path.parent.name.startswith(start):
            return kind
    return "run"
