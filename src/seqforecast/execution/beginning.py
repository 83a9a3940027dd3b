"""How a fit begins: anew, or where an earlier attempt stopped."""

import shutil
import time

from seqforecast.errors import RunError
from seqforecast.execution.fits import Fit
from seqforecast.runs.directory import RunDirectory

# A run whose parent was killed needs some seconds to end by itself.
PATIENCE = 30.0

TRAIN = ["-m", "seqforecast", "train"]
SAID = ["--json", "-q"]


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
