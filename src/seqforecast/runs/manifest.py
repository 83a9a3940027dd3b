"""The manifest: what was run, on what, with what, and how it ended."""

import logging
import platform
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from seqforecast import __version__
from seqforecast.errors import DiskFullError, Interrupted, RunError
from seqforecast.files import write_json
from seqforecast.runs.run_files import RunDirectory

# For the run's log alone: the command line says errors itself.
UNHEARD = logging.getLogger("seqforecast.unheard")
PACKAGES = ("tensorflow", "keras", "numpy", "pandas", "pyarrow", "matplotlib")


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(timezone.utc)


def describe(facts: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a manifest of a run that begins now.

    Args:
        facts: what the workflow knows: name, device, data, seeds, window.
        folder: of the experiment file; its git commit is recorded.
    """
    return {
        "schema": 1,
        "status": "running",
        "command": shlex.join(sys.argv),
        "started": now().isoformat(timespec="seconds"),
        "ended": None,
        **facts,
        "versions": versions(),
        "platform": platform.platform(),
        "git": git_commit(folder),
    }


def versions() -> dict[str, str]:
    """Return the versions of everything a result can depend on."""
    installed = {package: _version(package) for package in PACKAGES}
    return {
        "seqforecast": __version__,
        "python": platform.python_version(),
        **{package: version for package, version in installed.items() if version},
        **_loaded("tensorflow"),
    }


def _loaded(module: str) -> dict[str, str]:
    """Return the version of a loaded module, whatever wheel it came in."""
    version = getattr(sys.modules.get(module), "__version__", None)
    return {module: str(version)} if version else {}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def git_commit(folder: Path) -> str | None:
    """Return the commit the folder is at, None where git knows of none."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed command
            command, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


@contextmanager
def recorded(run: RunDirectory, manifest: dict[str, Any]) -> Iterator[None]:
    """Keep the manifest's status true while the run goes on.

    Raises:
        Interrupted: Ctrl-C or SIGTERM came; the status says so.
    """
    write_json(run.manifest, manifest)
    try:
        yield
    except KeyboardInterrupt:
        UNHEARD.error("interrupted")
        if not run.is_complete:
            end(run, manifest, status="interrupted")
        raise Interrupted(
            f"interrupted; what was complete is in {run.path}",
            hint=run.way_on,
        ) from None
    except BaseException as error:
        UNHEARD.error("%s", error)
        end(run, {**manifest, "error": str(error)}, status="failed")
        if isinstance(error, DiskFullError):
            error.hint += f", then {run.way_on}"
        raise


def end(run: RunDirectory, manifest: Mapping[str, Any], *, status: str) -> None:
    """Write how the run ended; when even that fails, the run stays incomplete."""
    ended = now().isoformat(timespec="seconds")
    content = {**manifest, "status": status, "ended": ended}
    if status == "complete":
        write_json(run.manifest, content)
        return
    try:
        write_json(run.manifest, content)
    except RunError:
        return  # the first error is the one to report


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt meanwhile; only in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
