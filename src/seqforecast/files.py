"""Files on every floor: `~` in paths, files written whole, modules run as programs."""

import errno
import glob
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqforecast.errors import DiskFullError, RunError, SeqforecastError, WriteError

if TYPE_CHECKING:
    import numpy.typing as npt

# `python -m` and `python -c` put the working directory first on the path, where a file
# such as threading.py would be run in the place of Python's; 3.10 has no `-P`.
_FROM_ELSEWHERE = (
    "import sys; sys.path[:] = filter(None, sys.path); import runpy; "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def python_of(module: str, *options: str) -> list[str]:
    """Return the words that run a module, importing nothing from where one stands.

    Args:
        module: its name; words that follow are its arguments.
        options: of Python, as `-X faulthandler`.
    """
    return [sys.executable, *options, "-c", _FROM_ELSEWHERE, module]


def expand(path: str | Path) -> Path:
    """Return a path with the home folder in the place of a leading `~` or `~name`.

    As in a shell, the `~` of a user there is none of is a letter like any other.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def home() -> Path | None:
    """Return the home folder; None for a user of the system who has none."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside the path, then put it in its place.

    A full disk or a killed process leaves the old file, or none. What a killed process
    had begun to write to the same place is removed.

    Raises:
        WriteError: the file cannot be written.
    """
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        _remove_strays(path)
        write(part)
        with part.open("r+b") as file:  # Windows syncs only what it may write
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):  # whose name is too long cannot be asked for either
            part.unlink(missing_ok=True)


def _remove_strays(path: Path) -> None:
    """Remove parts of a file or folder that processes left that are no more."""
    for kind in ("part", "old"):
        for stray in path.parent.glob(f".{kind}-*-{glob.escape(path.name)}"):
            pid = stray.name.split("-", 2)[1]
            if pid.isdigit() and _is_running(int(pid)):
                continue
            if stray.is_dir():
                shutil.rmtree(stray, ignore_errors=True)
            else:
                stray.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    """Return whether there is such a process; on Windows yes: nobody can ask there."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def reading(path: Path, hint: str) -> Iterator[None]:
    """Say of which file it is that it cannot be read, whatever is wrong with it.

    Libraries raise many kinds over files that are cut off or changed: of zip and
    deflate, of CSV, of numbers that are too large, of nesting that is too deep.

    Raises:
        RunError: it cannot be read.
    """
    try:
        yield
    except SeqforecastError:
        raise
    except Exception as error:
        why = getattr(error, "strerror", None) or error or type(error).__name__
        raise RunError(f"{path} cannot be read: {why}", hint=hint) from error


def read_arrays(path: Path, hint: str) -> "dict[str, npt.NDArray[Any]]":
    """Read the numbers of an .npz file, by name; no pickles are opened.

    Raises:
        RunError: it cannot be read, or holds something else.
    """
    import numpy as np

    # NumPy leaves a file open that it opened itself and cannot read.
    with (
        reading(path, hint),
        path.open("rb") as raw,
        np.load(raw, allow_pickle=False) as file,
    ):
        arrays = dict(file)
        for name, array in arrays.items():
            if array.dtype.kind not in "biuf":
                raise ValueError(f"{name} does not hold numbers")
    return arrays


@contextmanager
def named_by_user() -> Iterator[None]:
    """Say what mends it where a file that the user named cannot be written."""
    try:
        yield
    except DiskFullError:
        raise
    except WriteError as error:
        error.hint = "name another file"
        raise


def cannot_write(path: Path, error: OSError) -> WriteError:
    """Return the error for a file that cannot be written."""
    what = f"{path} cannot be written: {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(what, hint="free some space")
    return WriteError(what, hint="choose another place with --runs or --run-dir")


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
        _remove_strays(path)
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
