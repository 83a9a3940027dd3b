"""Files that a user names to be written: never over what is read, or recorded."""

import inspect
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from seqforecast.data.table.kinds import PARQUET, ending_of
from seqforecast.errors import ConfigError, RunError
from seqforecast.runs.latest import DOCUMENTS
from seqforecast.runs.multi_fit_directories import (
    KINDS,
    BacktestFit,
    ComparisonDirectory,
)
from seqforecast.runs.run_files import RunDirectory

RECORDING = (*KINDS.values(), BacktestFit)


def check_output(output: Path, reads: Iterable[Path] = ()) -> None:
    """Refuse a file that could not be written once work is done, or that is kept.

    Args:
        output: named by the user.
        reads: files that the work reads.

    Raises:
        ConfigError: it is one of them, or a record of a run.
        RunError: its folder is absent or takes no files, or it is a folder.
    """
    why, hint = "", "name another file"
    if not output.parent.is_dir():
        why, hint = f"there is no folder {output.parent}", "make the folder first"
    elif output.is_dir():
        why = "it is a folder"
    elif not os.access(output.parent, os.W_OK):
        why = f"the folder {output.parent} takes no files from you"
    if why:
        raise RunError(f"{output} cannot be written: {why}", hint=hint)
    check_kept(output, reads)


def check_kept(
    output: Path, reads: Iterable[Path] = (), *, own: Path | None = None
) -> None:
    """Refuse to write over what a command reads, or over what a run recorded.

    Args:
        output: named by the user; links are followed.
        reads: files that the work reads.
        own: a record that the command makes itself, or the folder of such.

    Raises:
        ConfigError: it is one of them.
    """
    what, reads = "", [*reads]
    if any(_is_same(output, path) for path in reads):
        what = "is the data, and would be written over"
    elif ending_of(output) in PARQUET and any(_holds(path, output) for path in reads):
        what = "lies in the folder of the data, and would be read with them"
    elif not (own is not None and output.resolve().is_relative_to(own.resolve())):
        folder = _run_of(output)
        if folder is not None and output.exists():
            what = f"is a record of the run in {folder}, and would be written over"
        elif folder is not None:
            what = f"has the name of a record of the run in {folder}"
    if what:
        raise ConfigError(f"{output} {what}", hint="name another file")


def _holds(folder: Path, path: Path) -> bool:
    return folder.is_dir() and path.resolve().is_relative_to(folder.resolve())


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _run_of(path: Path) -> Path | None:
    """Return the directory of which a path is a record, or has the name of one."""
    whole = path.resolve()
    for folder in whole.parents:
        if _is_run(folder):
            first = whole.relative_to(folder).parts[0]
            return folder if first.casefold() in record_names() else None
    return None


def _is_run(folder: Path) -> bool:
    """Return whether a folder is that of a run: one such name alone says nothing."""
    run = ComparisonDirectory(folder)
    signs = {run.manifest.name, run.resolved.name, run.request.name}
    signs |= {run.preprocess.name, *DOCUMENTS.values()}
    return sum((folder / name).is_file() for name in signs) > 1


def record_names() -> frozenset[str]:
    """Return the names of all that a run, or several fits together, can record.

    They are those of every property that is a path, in small letters: some systems
    take `A` for `a`.
    """
    return frozenset(
        path.name.casefold() for kind in RECORDING for path in _records(kind)
    )


def _records(kind: type[RunDirectory]) -> Iterator[Path]:
    for name, member in inspect.getmembers(
        kind, lambda value: isinstance(value, property)
    ):
        if inspect.get_annotations(member.fget)["return"] is Path:
            yield getattr(kind(Path("run")), name)
