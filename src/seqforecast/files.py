"""Files on every floor: `~` in a path, and writing a file whole or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqforecast.errors import DiskFullError, WriteError


def expand(path: str | Path) -> Path:
    """Return a path with the home folder in the place of a leading `~` or `~name`.

    As in a shell, the `~` of a user there is none of is a letter like any other.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside the path, then put it in its place.

    A full disk or a killed process leaves the old file, or none.

    Raises:
        WriteError: the file cannot be written.
    """
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        write(part)
        with part.open("r+b") as file:  # Windows syncs only what it may write
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> WriteError:
    """Return the error for a file that cannot be written."""
    what = f"{path} cannot be written: {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(what, hint="free some space")
    return WriteError(what, hint="choose another place with --runs or --run-dir")
