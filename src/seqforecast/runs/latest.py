"""The newest run: what `latest` and the folder of a name stand for."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from seqforecast.errors import RunError
from seqforecast.runs.run_files import REQUEST, RunDirectory

LOGGER = logging.getLogger("seqforecast")
LATEST = "latest"
ROOT = Path("runs")

# What is written last, by kind of directory.
DOCUMENTS = {
    "run": "metrics.json",
    "comparison": "comparison.json",
    "backtest": "backtest.json",
    "tuning": "tune.json",
}


def is_complete_run(path: Path) -> bool:
    """Return whether a directory is a complete run of its own."""
    run = RunDirectory(path)
    return run.manifest.is_file() and run.is_complete and not _is_several(path)


def is_complete(path: Path) -> bool:
    """Return whether it is a complete run, comparison, backtest or search."""
    if not _is_several(path):
        return is_complete_run(path)
    return _manifest_of(path).get("status") == "complete" and any(
        (path / name).is_file() for name in DOCUMENTS.values()
    )


def is_stopped(path: Path) -> bool:
    """Return whether it is a run that can go on."""
    run = RunDirectory(path)
    return (
        run.manifest.is_file()
        and not run.is_complete
        and not _is_several(path)
        and run.preprocess.is_file()
    )


def find_run(path: Path, fits: Callable[[Path], bool] = is_complete_run) -> Path:
    """Return the run that a path stands for, and say which where it is another path.

    What there is at a path is meant by it, a directory called `latest` too. Else
    `latest` is the newest run below `runs`, `DIR/latest` that below DIR, and a folder
    of runs, as `runs/NAME`, the newest in it.

    Args:
        path: as the user gives it.
        fits: which directories are looked for.

    Returns:
        The path itself where it stands for no other: what is wrong there is told by
        who opens it.

    Raises:
        RunError: `latest` is asked for, and there is none.
    """
    if RunDirectory(path).manifest.is_file() or _is_several(path):
        return path
    asked = path.name == LATEST and not path.exists()
    root = (path.parent if path.parent != Path() else ROOT) if asked else path
    found = [place for place in _below(root, deep=asked) if fits(place)]
    if found:
        newest = max(found, key=_age)
        LOGGER.info("%s is %s", path, newest)
        return newest
    if asked:
        raise RunError(
            f"{path} stands for the newest run, and {root} has none that fits",
            hint="`seqforecast runs ls` lists all there are; name one of them",
        )
    return path


def _below(root: Path, *, deep: bool) -> Iterator[Path]:
    for depth in ("*", "*/*") if deep else ("*",):
        yield from (place for place in root.glob(depth) if place.is_dir())


def _age(path: Path) -> tuple[str, str]:
    """Return what newer runs have more of: when one began, then its name."""
    return str(_manifest_of(path).get("started", "")), path.name


def _manifest_of(path: Path) -> dict[str, object]:
    run = RunDirectory(path)
    try:
        return run.read_json(run.manifest)
    except RunError:  # broken, which is told where it is opened
        return {}


def _is_several(path: Path) -> bool:
    return (path / REQUEST).is_file()
