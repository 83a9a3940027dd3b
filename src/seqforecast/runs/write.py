"""Writing files whole or not at all."""

import errno
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from seqforecast.errors import DiskFullError, RunError


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON whole or not at all."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    write_whole(path, lambda part: part.write_text(text + "\n", encoding="utf-8"))


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside the path, then put it in its place.

    A full disk or a killed process leaves the old file, or none.

    Raises:
        RunError: the file cannot be written.
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


def write_folder(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a folder beside the path, then put it in its place.

    What was there goes only when the new one is whole.

    Raises:
        RunError: the folder cannot be written.
    """
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    old = path.with_name(f".old-{os.getpid()}-{path.name}")
    try:
        write(part)
        if path.exists():
            path.rename(old)
        part.rename(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def cannot_write(path: Path, error: OSError) -> RunError:
    """Return the error for a file that cannot be written."""
    what = f"{path} cannot be written: {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(what, hint="free some space")
    return RunError(what, hint="choose another place with --runs or --run-dir")


def refuse_output(path: Path) -> None:
    """Refuse a file named by the user that could not be written once work is done.

    Raises:
        RunError: its folder is absent or takes no files, or it is a folder.
    """
    why, hint = "", "name another file"
    if not path.parent.is_dir():
        why, hint = f"there is no folder {path.parent}", "make the folder first"
    elif path.is_dir():
        why = "it is a folder"
    elif not os.access(path.parent, os.W_OK):
        why = f"the folder {path.parent} takes no files from you"
    if why:
        raise RunError(f"{path} cannot be written: {why}", hint=hint)


def write_text(path: Path, text: str) -> None:
    """Write text whole or not at all."""
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))


def make_folder(path: Path) -> None:
    """Make a folder inside a run, if it is not there yet.

    Raises:
        RunError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
