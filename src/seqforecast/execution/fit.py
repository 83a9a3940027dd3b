"""What a fit is, how it begins and ends, and who is told meanwhile."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from seqforecast.errors import RunError
from seqforecast.execution.child import GRACE
from seqforecast.runs.run_files import RunDirectory

# A fit whose parent was killed ends by itself within its grace; then it is killed.
PATIENCE = GRACE + 30.0
TRAIN = ["-m", "seqforecast", "train"]
SAID = ["--json", "-q"]


@dataclass(frozen=True, slots=True)
class Fit:
    """One experiment that is to become one run.

    Attributes:
        name: for messages, such as `gru, seed 3`.
        experiment: its file, with every setting in force and an absolute data path.
        directory: its run directory; an earlier attempt may have left something.
    """

    name: str
    experiment: Path
    directory: Path


# What Python is to run for a fit: the words after `python`.
Command = Callable[[Fit], list[str]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a fit ended.

    Attributes:
        fit: which.
        status: `complete` when its scores are on disk.
        error: what went wrong; empty when complete.
        hint: what to do next, where the fit said so.
        exit_code: of its process; 0 where it had none.
        seconds: wall time of this attempt; 0 for a run that was complete before.
    """

    fit: Fit
    status: Literal["complete", "failed"]
    error: str = ""
    hint: str = ""
    seconds: float = 0.0
    exit_code: int = 0


class Watcher:
    """Is told what the fits do; this one does nothing with it."""

    def begin(self, fits: int, epochs: int) -> None:
        """Fits begin, each of at most so many epochs, members and refits counted."""

    def started(self, fit: Fit) -> None:
        """A fit has a process; told again when a worker died and it starts over."""

    def progressed(self, fit: Fit, epochs: int) -> None:
        """So many epochs of a fit are on disk."""

    def ended(self, ended: Ended) -> None:
        """A fit is over."""

    def close(self) -> None:
        """All are over, or broke off."""


def train_command(fit: Fit) -> list[str]:
    """Return what Python is to run for a fit: go on with its run, or train anew.

    What stopped before its first checkpoint is removed: nothing of it is worth
    keeping.

    Raises:
        RunError: another process trains this run.
    """
    run = RunDirectory(fit.directory)
    if run.path.is_dir():
        wait_until_free(run, PATIENCE)
    needed = (run.manifest, run.resolved, run.preprocess, run.checkpoint)
    if all(path.is_file() for path in needed):
        return [*TRAIN, "--resume", str(run.path), *SAID]
    if run.path.is_dir():
        shutil.rmtree(run.path)
    return [*TRAIN, str(fit.experiment), "--run-dir", str(run.path), *SAID]


def wait_until_free(run: RunDirectory, patience: float) -> None:
    """Wait until no process trains this run.

    Args:
        run: a directory that exists.
        patience: seconds.

    Raises:
        RunError: there still is one.
    """
    end = time.monotonic() + patience
    while True:
        try:
            with run.locked():
                return
        except RunError:
            if time.monotonic() > end:
                raise
        time.sleep(0.2)
