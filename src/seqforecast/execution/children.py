"""A fit's child process, as its parent sees it."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from seqforecast.execution.fits import Ended, Fit
from seqforecast.runs.directory import RunDirectory

LOGGER = logging.getLogger("seqforecast.execution")

CHILD = [sys.executable, "-m", "seqforecast.execution.child"]

# Sums split over threads round differently, so that a fit's numbers depend on how many
# cores it has. One core each, whatever the machine and --jobs, and they do not.
ONE_THREAD = dict.fromkeys(
    (
        "MKL_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)


@dataclass(slots=True)
class Child:
    """A process that trains one fit.

    Attributes:
        fit: which.
        process: in a session of its own: a terminal's Ctrl-C reaches the parent only.
        output: its stdout.
        errors: its stderr.
        epochs: lines of its history when it was last looked at.
        began: when, by the monotonic clock.
    """

    fit: Fit
    process: subprocess.Popen[bytes]
    output: BinaryIO
    errors: BinaryIO
    epochs: int = 0
    began: float = field(default_factory=time.monotonic)

    def counted(self) -> int:
        """Return how many epochs are on disk."""
        try:
            lines = RunDirectory(self.fit.directory).history.read_bytes().count(b"\n")
        except OSError:
            return 0
        return max(0, lines - 1)

    def ended(self) -> Ended:
        """Return how it ended; the process must be over.

        Complete is what has its scores on disk, whatever the process did then.
        """
        if self.process.stdin is not None:
            self.process.stdin.close()
        code = self.process.wait()
        told, said = _read(self.output), _read(self.errors)
        seconds = time.monotonic() - self.began
        if RunDirectory(self.fit.directory).is_complete:
            return Ended(self.fit, "complete", seconds=seconds)
        LOGGER.debug("%s ended with code %d:\n%s", self.fit.name, code, said)
        error, hint = _why(code, told, said)
        return Ended(self.fit, "failed", error, hint, seconds, code)


def start_child(fit: Fit, words: Sequence[str], core: str, gpu: str | None) -> Child:
    """Start a fit's process.

    Args:
        fit: which.
        words: what Python is to run.
        core: the number of the only core it may use, or `any`.
        gpu: the only GPU it may see, as CUDA_VISIBLE_DEVICES has it; None: as here.

    Raises:
        OSError: the system starts no more processes.
    """
    environment = {**os.environ, **ONE_THREAD}
    if gpu is not None:
        environment["CUDA_VISIBLE_DEVICES"] = gpu
    output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*CHILD, core, *words],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        env=environment,
        start_new_session=True,
    )
    return Child(fit, process, output, errors)


def stop_children(children: Sequence[Child]) -> None:
    """Let all of them write down how far they came, and wait until they are gone.

    Raises:
        KeyboardInterrupt: came again meanwhile; they were killed.
    """
    try:
        for child in children:
            child.process.terminate()
        for child in children:
            child.process.wait()
    except KeyboardInterrupt:
        for child in children:
            child.process.kill()
        raise
    finally:
        for child in children:
            child.ended()


def _read(file: BinaryIO) -> str:
    file.seek(0)
    with file:
        return file.read().decode("utf-8", "replace").strip()


def _why(code: int, told: str, said: str) -> tuple[str, str]:
    """Return what went wrong and a hint, from the exit code, stdout and stderr."""
    with suppress(ValueError, LookupError, TypeError):
        error = json.loads(told)["error"]
        return str(error["message"]), str(error["hint"])
    last = said.splitlines()[-1] if said else f"exit code {code} and no scores"
    if code >= 0:
        return last, ""
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = "out of memory? fewer --jobs need less" if name == "SIGKILL" else ""
    return f"ended by {name}", hint
