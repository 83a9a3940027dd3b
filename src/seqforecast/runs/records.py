"""What a run writes while it goes: history, checkpoint, forecasts, log."""

import csv
import io
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from logging.handlers import MemoryHandler
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

from seqforecast.errors import one_line, printable
from seqforecast.files import (
    cannot_write,
    read_arrays,
    reading,
    write_text,
    write_whole,
)
from seqforecast.runs.forecasts import unguard_formulas
from seqforecast.runs.run_files import RunDirectory

LOGGER = logging.getLogger("seqforecast")


def start_history(
    run: RunDirectory, rows: Sequence[Mapping[str, Any]], names: list[str]
) -> None:
    """Write the history so far, whole; with no rows, its header alone."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(run.history, text.getvalue())


def append_history(run: RunDirectory, row: Mapping[str, Any]) -> None:
    """Add one line, handed to the operating system when this returns.

    Raises:
        RunError: the disk is full, or the file cannot be written; or it is gone, with
            the epochs that it held.
    """
    run.check_records(run.history)
    text = io.StringIO()
    csv.DictWriter(text, list(row), lineterminator="\n").writerow(row)
    try:
        with run.history.open("a", encoding="utf-8") as file:
            file.write(text.getvalue())
    except OSError as error:
        raise cannot_write(run.history, error) from error


def read_history(run: RunDirectory) -> list[dict[str, float]]:
    """Return the history, one row an epoch; NaN where it has no value.

    Raises:
        RunError: it cannot be read.
    """
    with _rows(run, run.history) as rows:
        return [
            {name: float(value or "nan") for name, value in row.items()} for row in rows
        ]


@contextmanager
def _rows(run: RunDirectory, path: Path) -> Iterator[Iterator[dict[str, str]]]:
    """Open a CSV file of a run, whose rows have as many cells as its header."""

    def checked(file: TextIO) -> Iterator[dict[str, str]]:
        for row in csv.DictReader(file):
            if None in row or None in row.values():
                raise ValueError("a row has not as many cells as the header")
            yield row

    with (
        reading(path, run.how_to_mend),
        path.open(encoding="utf-8", newline="") as file,
    ):
        yield checked(file)


def write_gradient_profile(
    run: RunDirectory,
    untrained: npt.NDArray[np.float64],
    trained: npt.NDArray[np.float64],
) -> None:
    """Write gradient norms by step of the lookback, oldest first.

    Args:
        run: where they go.
        untrained: shape (lookback,), before training.
        trained: the same after it.
    """
    rows = ["steps_before,untrained,trained"]
    norms = zip(untrained, trained, strict=True)
    steps = range(len(trained), 0, -1)
    rows += [
        f"{step},{float(a)!r},{float(b)!r}"
        for step, (a, b) in zip(steps, norms, strict=True)
    ]
    write_text(run.gradient_profile, "\n".join([*rows, ""]))


def read_gradient_profile(run: RunDirectory) -> dict[str, list[float]]:
    """Return `untrained` and `trained` gradient norms, oldest step first.

    Raises:
        RunError: they cannot be read.
    """
    names = ("untrained", "trained")
    with _rows(run, run.gradient_profile) as rows:
        norms = [[float(row[name]) for name in names] for row in rows]
    return {name: [each[i] for each in norms] for i, name in enumerate(names)}


def read_series(run: RunDirectory) -> list[dict[str, Any]]:
    """Return the scores by series, NaN where one is undefined.

    Empty where there is no such file: runs of older versions have none.

    Raises:
        RunError: it cannot be read.
    """
    if not run.series.is_file():
        return []
    texts = ("unique_id", "group")
    with _rows(run, run.series) as rows:
        return [
            {
                name: unguard_formulas(value)
                if name in texts
                else float(value or "nan")
                for name, value in row.items()
            }
            for row in rows
        ]


def find_pictures(run: RunDirectory, order: Iterable[str]) -> dict[str, Path]:
    """Return the figures there are, by name: those of `order` first, then others."""
    pictures = {path.stem: path for path in sorted(run.plots.glob("[!.]*.png"))}
    first = {name: pictures.pop(name) for name in order if name in pictures}
    return first | pictures


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write named arrays whole or not at all."""
    # Older NumPy has no `allow_pickle` here: plain arrays need none.
    write_whole(path, lambda part: np.savez(part, **arrays))  # type: ignore[arg-type]


def write_start(
    run: RunDirectory, members: Sequence[Sequence[npt.NDArray[Any]]]
) -> None:
    """Write the weights that each member begins with."""
    arrays = {
        f"{member:04d}-{i:05d}": weight
        for member, weights in enumerate(members, start=1)
        for i, weight in enumerate(weights)
    }
    write_arrays(run.start, arrays)


def read_start(run: RunDirectory) -> list[list[npt.NDArray[Any]]]:
    """Return the weights that each member begins with; [] where they are drawn.

    Raises:
        RunError: they cannot be read.
    """
    if not run.start.is_file():
        return []
    members: dict[str, list[npt.NDArray[Any]]] = {}
    for name, weight in sorted(read_arrays(run.start, run.how_to_mend).items()):
        members.setdefault(name.partition("-")[0], []).append(weight)
    return [*members.values()]


class LogFile(logging.FileHandler):
    """The run's log; on a full disk it stops, and other files raise the error."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say nothing: logging's own way prints a traceback for every line."""

    def close(self) -> None:
        """Close the file, whatever a full disk has kept out of it."""
        with suppress(OSError):
            super().close()


class LogLines(logging.Formatter):
    """A line for each thing said, whatever the names in it hold."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line, without what a terminal would obey."""
        return one_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback below it."""
        return printable(super().format(record))


@contextmanager
def logged() -> Iterator[MemoryHandler]:
    """Keep everything said until there is a run directory to write it to.

    Meanwhile what is said goes to this package's own handlers only: a Python
    user's root logger is not flooded with it.
    """
    handler = MemoryHandler(100_000, flushLevel=logging.CRITICAL + 1)
    before = LOGGER.level, LOGGER.propagate
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.propagate = False
    LOGGER.addHandler(handler)
    try:
        yield handler
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(before[0])
        LOGGER.propagate = before[1]
        target = handler.target
        handler.close()
        if target is not None:
            target.close()


def log_into(run: RunDirectory, handler: MemoryHandler) -> None:
    """Send what was said, and will be said, to the run's log.

    Raises:
        RunError: the log cannot be written.
    """
    try:
        file = LogFile(run.log, encoding="utf-8")
    except OSError as error:
        raise cannot_write(run.log, error) from error
    file.setFormatter(LogLines("%(asctime)s %(levelname)s %(message)s"))
    handler.setTarget(file)
    handler.flushLevel = logging.DEBUG
    handler.flush()
