"""Writing files whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from seqforecast.files import cannot_write, write_whole

__all__ = [
    "cannot_write",
    "make_folder",
    "write_folder",
    "write_json",
    "write_text",
    "write_whole",
]


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON whole or not at all."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    write_whole(path, lambda part: part.write_text(text + "\n", encoding="utf-8"))


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
